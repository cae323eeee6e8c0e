"""What all tests of `ui` share."""

from plain_visits import visits_that_only_run_the_page  # noqa: F401 - for every test
