"""For the tests of a site that uses the package (extra ``[testing]``)."""
