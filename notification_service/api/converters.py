class RowId:
    """An id that the database could have given: whatever else is in its place is simply not found."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number > 2**63 - 1:
            raise ValueError("past int64")
        return number

    def to_url(self, value: int) -> str:
        return str(value)
