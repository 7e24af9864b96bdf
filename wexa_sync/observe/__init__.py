"""What is declared, what is live and what is recorded, put together by the steps of `observation`."""
