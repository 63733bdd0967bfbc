"""Money as integers of a currency's smallest unit. Never floats, never a sum over two currencies."""

import re
from decimal import Decimal, DecimalException

# ISO 4217 minor units that are not 2: https://www.iso.org/iso-4217-currency-codes.html
_WHOLE = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"}
_WHOLE |= {"PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
_THOUSANDTHS = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}
_LARGEST_MINOR = 10**15
_TYPED = re.compile(r"[0-9]{1,15}([.,](?P<decimals>[0-9]+))?")
# Written before the number, and no two alike: a bare dollar is the United States' one.
_SYMBOLS = {
    "GBP": "£",
    "EUR": "€",
    "USD": "$",
    "JPY": "¥",
    "CAD": "CA$",
    "AUD": "A$",
    "NZD": "NZ$",
    "INR": "₹",
}


def minor_digits(currency: str) -> int:
    """Return how many decimals the currency's smallest unit stands for: 2 for GBP, 0 for JPY."""
    code = currency.upper()
    return 0 if code in _WHOLE else 3 if code in _THOUSANDTHS else 2


def to_minor(text: str, currency: str) -> int:
    """Turn a store's decimal string ("12.50") into minor units (1250), half rounded away from zero.

    Raises ValueError if the text is not a finite decimal number, or is larger than any sane price.
    """
    try:
        amount = Decimal(text.strip() or "0")
        if not amount.is_finite() or abs(amount) > _LARGEST_MINOR:
            raise ValueError(f"{text!r} is not an amount of money")
        minor = amount.scaleb(minor_digits(currency)).quantize(Decimal(1), rounding="ROUND_HALF_UP")
    except DecimalException as error:
        raise ValueError(f"{text!r} is not an amount of money") from error
    return int(minor)


def typed(text: str, currency: str) -> int:
    """Turn an amount that a person typed ("12.50", "12,5") into minor units.

    Raises ValueError where it has more decimals than the currency: "1,234" may be a thousand pounds, and is
    never taken for one.
    """
    written = _TYPED.fullmatch(text.strip())
    if written is None or len(written["decimals"] or "") > minor_digits(currency):
        raise ValueError(f"{text!r} is not an amount of money")
    return to_minor(text.replace(",", "."), currency)


def to_plain(minor: int, currency: str) -> str:
    """Show minor units as a field of a form takes them: (125000, "GBP") -> "1250.00"."""
    digits = minor_digits(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"


def to_text(minor: int, currency: str) -> str:
    """Show minor units as people write them: (1250, "GBP") -> "£12.50", (70, "CHF") -> "0.70 CHF"."""
    code = currency.upper()
    digits = minor_digits(code)
    amount = f"{Decimal(abs(minor)).scaleb(-digits):,.{digits}f}"
    sign = "\N{MINUS SIGN}" if minor < 0 else ""
    symbol = _SYMBOLS.get(code)
    return f"{sign}{symbol}{amount}" if symbol else f"{sign}{amount} {code}".rstrip()
