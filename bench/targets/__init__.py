"""Systems to be measured beside ours."""
