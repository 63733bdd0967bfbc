"""The demo's 120 days, told once from a seed: both shops are connected, and everything since happens."""

import random
from datetime import datetime, timedelta

from deploy.demo.buyers import Buyers
from deploy.demo.hub import Hub
from deploy.demo.lately import Lately
from deploy.demo.past import Past, time_is
from deploy.demo.shops import Shop
from deploy.demo.workshop import Workshop

DAYS = 120


def tell(
    hub: Hub, north: Shop, south: Shop, until: datetime, stranger: Shop | None = None, seed: int = 24
) -> None:
    """Connect both shops 120 days before `until`, and let everything happen since.

    Afterwards each order, count and sale is there as if the product had run all that time, and both shops
    show the count but for one number that somebody wrote there. The `stranger` sells a little too, but is not
    connected. The same seed and moment tell the same.
    """
    began = (until - timedelta(days=DAYS)).replace(hour=6, minute=0, second=0, microsecond=0)
    past = Past(hub, [north, south], began, until)
    with time_is(lambda: past.moment):
        hub.settle_in()
        hub.connect([north, south])
        buyers = Buyers(past, north, south, random.Random(seed))
        buyers.plan()
        Workshop(past).plan()
        Lately(past, buyers, north, south).plan()
        if stranger is not None:
            buyers.plan_stranger(stranger)
        past.play()
