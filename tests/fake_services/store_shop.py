"""What customers and the shopkeeper do, as tests call it. Every verb is atomic, as orders are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.fake_services import store_lines, store_orders, store_products, store_stock
from tests.fake_services.store_lines import LineRef, LineSpec
from tests.fake_services.store_model import JsonDict, Line, Order, Product, Refund
from tests.fake_services.store_payload import order_payload
from tests.fake_services.store_state import ProductRef, StoreState


class Shop:
    def __init__(self, state: StoreState) -> None:
        self.state = state

    # Products

    def add_product(
        self,
        sku: str,
        stock: int = 0,
        *,
        name: str = "",
        price: str = "10.00",
        manage_stock: bool = True,
        backorders: str = "no",
        status: str = "publish",
        product_id: int | None = None,
    ) -> Product:
        with self.state.lock:
            return store_products.make(
                self.state,
                kind="simple",
                sku=sku,
                name=name or sku,
                price=price,
                manage_stock=manage_stock,
                stock=stock,
                backorders=backorders,
                status=status,
                product_id=product_id,
            )

    def add_variable_product(
        self,
        sku: str,
        variations: Mapping[str, int],
        *,
        name: str = "",
        price: str = "10.00",
        attribute: str = "Colour",
        manage_stock: bool | str = True,
        stock: int = 0,
    ) -> Product:
        """A parent and a variation per SKU: stock. With `manage_stock="parent"` all share `stock`."""
        with self.state.lock:
            by_parent = manage_stock == "parent"
            parent = store_products.make(
                self.state,
                kind="variable",
                sku=sku,
                name=name or sku,
                price=price,
                manage_stock=by_parent,
                stock=stock,
            )
            for variation_sku, units in variations.items():
                option = variation_sku.removeprefix(sku).strip("-_ ").capitalize()
                store_products.make(
                    self.state,
                    kind="variation",
                    sku=variation_sku,
                    name=option,
                    price=price,
                    manage_stock=bool(manage_stock) and not by_parent,
                    stock=units,
                    parent_id=parent.id,
                    attributes={attribute: option},
                )
            return parent

    def product(self, ref: ProductRef) -> Product:
        """By id or SKU."""
        return self.state.product(ref)

    def stock(self, ref: ProductRef) -> int | None:
        """What the store shows; None when it does not count this product."""
        with self.state.lock:
            return store_stock.shown_stock(self.state, self.state.product(ref))

    def set_stock(self, ref: ProductRef, quantity: int) -> None:
        """A hand edit in wp-admin."""
        with self.state.lock:
            counted = store_stock.managed_by(self.state, self.state.product(ref))
            if counted is not None:
                store_stock.set_count(self.state, counted, quantity, "admin")

    def set_managed(self, ref: ProductRef, manage_stock: bool) -> None:
        with self.state.lock:
            store_products.write(self.state, self.state.product(ref), {"manage_stock": manage_stock}, "admin")

    def rename_sku(self, ref: ProductRef, sku: str) -> None:
        with self.state.lock:
            product = self.state.product(ref)
            store_products.rename(self.state, product, sku)
            self.state.emit("product.updated", product.id)

    def trash_product(self, ref: ProductRef) -> None:
        with self.state.lock:
            store_products.trash(self.state, self.state.product(ref))

    def delete_product(self, ref: ProductRef) -> None:
        with self.state.lock:
            store_products.delete(self.state, self.state.product(ref))

    # Orders

    def place_order(
        self,
        lines: Sequence[LineSpec],
        *,
        status: str = "processing",
        paid: bool = True,
        customer: Mapping[str, str] | None = None,
        payment_method: str = "bacs",
        shipping: str = "0.00",
        via: str = "checkout",
        block_checkout: bool = False,
        meta: Mapping[str, Any] | None = None,
        customer_note: str = "",
        currency: str = "",
        order_id: int | None = None,
        parent_id: int = 0,
    ) -> Order:
        """An order of (product, quantity[, line total]). `paid` dates the payment if the status has one."""
        with self.state.lock:
            draft, via = ("checkout-draft", "store-api") if block_checkout else (status, via)
            who = {**store_orders.ADA, **(customer or {})}
            order = store_orders.new_order(
                self.state, status=draft, customer=who, method=payment_method, via=via
            )
            order.lines = [store_lines.make_line(self.state, spec) for spec in lines]
            order.customer_note, order.parent_id = customer_note, parent_id
            order.currency = currency or order.currency
            order.meta = [self.state.meta(key, value) for key, value in (meta or {}).items()]
            if Decimal(shipping):
                store_lines.add_shipping(self.state, order, shipping)
            store_orders.place(self.state, order, paid=paid, order_id=order_id)
            if block_checkout:
                store_orders.set_status(self.state, order, status)
            return order

    def open_checkout(self, lines: Sequence[LineSpec]) -> Order:
        """The block checkout's draft: webhooks see an update before any creation. `set_status` submits it."""
        nobody = dict.fromkeys(store_orders.ADA, "")
        return self.place_order(lines, status="checkout-draft", customer=nobody, via="store-api")

    def order(self, ref: Order | int) -> Order:
        return self.state.order(ref)

    def payload(self, ref: Order | int) -> JsonDict:
        """The order as REST and webhooks show it now."""
        with self.state.lock:
            return order_payload(self.state, self.state.order(ref))

    def set_status(self, ref: Order | int, status: str) -> None:
        with self.state.lock:
            store_orders.set_status(self.state, self.state.order(ref), status)

    def pay(self, ref: Order | int) -> None:
        with self.state.lock:
            store_orders.pay(self.state, self.state.order(ref))

    def touch(self, ref: Order | int) -> None:
        """Opened and saved in wp-admin: a newer date, the same content."""
        with self.state.lock:
            store_orders.save(self.state, self.state.order(ref))

    def edit_line(self, ref: Order | int, line: LineRef, quantity: int, *, total: str | None = None) -> None:
        """A line by itself, its id or its SKU; quantity 0 removes it."""
        with self.state.lock:
            order = self.state.order(ref)
            store_lines.edit_line(
                self.state, order, store_lines.find_line(self.state, order, line), quantity, total
            )
            store_orders.save(self.state, order)

    def remove_line(self, ref: Order | int, line: LineRef) -> None:
        self.edit_line(ref, line, 0)

    def add_line(self, ref: Order | int, product: ProductRef | None, quantity: int) -> Line:
        with self.state.lock:
            order = self.state.order(ref)
            line = store_lines.add_line(self.state, order, (product, quantity))
            store_orders.save(self.state, order)
            return line

    def refund(
        self,
        ref: Order | int,
        lines: Mapping[Line, int] | Mapping[int, int] | Mapping[str, int] | None = None,
        *,
        amount: str | Decimal | None = None,
        restock: bool = True,
        reason: str = "",
    ) -> Refund:
        """Units per line, or only money. Without an amount: what the units cost."""
        with self.state.lock:
            units: dict[LineRef, int] = dict(lines.items()) if lines else {}
            money = None if amount is None else Decimal(amount)
            return store_orders.refund(
                self.state, self.state.order(ref), units, amount=money, restock=restock, reason=reason
            )

    def delete_refund(self, ref: Order | int, refund: Refund | int) -> None:
        refund_id = refund.id if isinstance(refund, Refund) else refund
        with self.state.lock:
            store_orders.delete_refund(self.state, self.state.order(ref), refund_id)

    def trash(self, ref: Order | int) -> None:
        with self.state.lock:
            store_orders.trash(self.state, self.state.order(ref))

    def untrash(self, ref: Order | int) -> None:
        with self.state.lock:
            store_orders.untrash(self.state, self.state.order(ref))

    def delete(self, ref: Order | int, *, force: bool = True) -> None:
        """Gone for good, or with `force=False` to the trash."""
        with self.state.lock:
            order = self.state.order(ref)
            (store_orders.delete if force else store_orders.trash)(self.state, order)

    def anonymize(self, ref: Order | int) -> None:
        with self.state.lock:
            store_orders.anonymize(self.state, self.state.order(ref))
