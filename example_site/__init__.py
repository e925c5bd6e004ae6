"""The website of Vestersø Kommune, a fictional municipality: demo and test project in one."""
