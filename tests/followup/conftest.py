from tests.admin.conftest import town  # noqa: F401
