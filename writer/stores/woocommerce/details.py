"""What an order of WooCommerce carries beside its lines: ship-to, phone, note, payment, shipping and fees."""

from collections.abc import Mapping
from typing import Any

from writer.orders import Address, Charge
from writer.stores.woocommerce import shapes


def ship_to(payload: Mapping[str, Any], billing: Mapping[str, Any]) -> Address | None:
    """Return where the parcel goes to: the billing address where none is given for shipping, as WooCommerce
    itself decides (https://github.com/woocommerce/woocommerce, WC_Order::has_shipping_address)."""
    shipping = shapes.object_of(payload, "shipping", "The shipping address")
    street = (
        shapes.text(shipping, f"address_{n}", 200, f"address_{n} of the shipping address") for n in (1, 2)
    )
    return _address(shipping, "shipping") if any(street) else _address(billing, "billing") or None


def phone(payload: Mapping[str, Any], billing: Mapping[str, Any]) -> str | None:
    """Return the phone number for the parcel, else the customer's."""
    shipping = shapes.object_of(payload, "shipping", "The shipping address")
    what = "The phone number"
    return shapes.text(shipping, "phone", 60, what) or shapes.text(billing, "phone", 60, what) or None


def charges(payload: Mapping[str, Any], currency: str) -> tuple[Charge, ...]:
    """Return the ways of shipping and the fees, which may be rebates, each before tax."""
    shipping = shapes.objects(payload, "shipping_lines", "The order's list of shipping")
    fees = shapes.objects(payload, "fee_lines", "The order's list of fees")
    return (
        *(
            Charge(
                "shipping",
                shapes.text(item, "method_title", 200, "The title of a way of shipping"),
                shapes.minor(item, "total", currency, "The total of a way of shipping"),
            )
            for item in shipping
        ),
        *(
            Charge(
                "fee",
                shapes.text(item, "name", 200, "The name of a fee"),
                shapes.minor(item, "total", currency, "The total of a fee"),
            )
            for item in fees
        ),
    )


def _address(fields: Mapping[str, Any], kind: str) -> Address:
    def part(name: str, limit: int) -> str:
        return shapes.text(fields, name, limit, f"{name} of the {kind} address")

    return Address(
        name=f"{part('first_name', 100)} {part('last_name', 100)}".strip(),
        company=part("company", 200),
        address_1=part("address_1", 200),
        address_2=part("address_2", 200),
        city=part("city", 100),
        state=part("state", 100),
        postcode=part("postcode", 40),
        country=part("country", 60),
    )
