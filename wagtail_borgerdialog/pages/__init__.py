"""The concrete page classes; a site with its own base page writes its own from the mixins."""
