"""Options that are numbers."""


def require_positive(what: str, value: int) -> None:
    """Raise ValueError that names the option ``what`` if its whole number is below 1."""
    if value < 1:
        raise ValueError(f'{what} must be 1 or more, got {value}')


def require_not_negative(what: str, value: float) -> None:
    """Raise ValueError that names the option ``what`` if its number is below 0."""
    if value < 0:
        raise ValueError(f'{what} must be 0 or more, got {value}')
