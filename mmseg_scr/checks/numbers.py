"""Options that are numbers."""


def require_positive(what: str, value: int) -> None:
    """Raise ValueError that names the option ``what`` if its whole number is below 1."""
    if value < 1:
        raise ValueError(f'{what} must be 1 or more, got {value}')
