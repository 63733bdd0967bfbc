"""`./restart.sh demo [PORT]`: two made-up stores, their past, the product, customers who buy; Ctrl-C ends it.

A third store waits to be connected by hand.

Everything is apart from a real installation: six ports from PORT (8110) on, data/demo.db, secrets made for
the occasion. Reader, writer and worker are the real ones; the stores are the tests' fake WooCommerce.
"""

import contextlib
import os
import signal
import sys
import threading
from datetime import datetime

from deploy.demo import settings, story
from deploy.demo.board import Board
from deploy.demo.hub import Hub
from deploy.demo.settings import FIRST_PORT, Ports
from deploy.demo.shops import BRITAIN, GERMANY, Diary, Shop
from deploy.demo.town import Town
from writer import config
from writer.lib import clock
from writer.ops import processes
from writer.ops.preflight import Refused

ORDER_EVERY_S = 5.0
LOOK_EVERY_S = 0.5
# Set as well as raised, because Python drops what a signal raises inside a finalizer.
_stopping = threading.Event()


def run(where: Ports) -> None:
    """Run the demo until SIGTERM or SIGINT; afterwards nothing of it runs."""
    told = settings.environment(where)
    settings.forget_earlier()
    diary = Diary(lambda line: print(line, flush=True))
    hub = Hub(config.load(told), where)
    with contextlib.ExitStack() as stack:
        stack.callback(hub.stop)
        north = Shop("North Shop", where.north, diary, BRITAIN, 10)
        south = Shop("South Shop", where.south, diary, GERMANY, 2010)
        west = Shop("West Shop", where.west, diary, BRITAIN, 7010)
        for shop in (north, south, west):
            stack.enter_context(shop)
        print(f"Making {story.DAYS} days of orders ...", flush=True)
        story.tell(hub, north, south, _now(), stranger=west)
        for shop in (north, south):
            shop.deliver_by_itself()
        hub.start(told)
        town = Town(hub, [north, south], diary, ORDER_EVERY_S)
        stack.enter_context(Board(town, west, where.board, told["ADMIN_PASSWORD"]))
        print(_welcome(where, west, told["ADMIN_PASSWORD"]), flush=True)
        while not _stopping.wait(LOOK_EVERY_S):
            town.step()


def _now() -> datetime:
    return clock.now().replace(microsecond=0)


def _welcome(where: Ports, west: Shop, password: str) -> str:
    return f"""The demo runs. Open the first, and watch the numbers:
  Everything at once  http://127.0.0.1:{where.board}/
  North Shop          http://127.0.0.1:{where.north}/   buy something here ...
  South Shop          http://127.0.0.1:{where.south}/   ... and see it go down there, within seconds
  The hub (writer)    http://127.0.0.1:{where.writer}/   sign in as demo, password {password}
  The public total    http://127.0.0.1:{where.reader}/
Connect a third shop yourself (Stores > Connect a store):
  West Shop           {west.url}
  Consumer key        {west.key}
  Consumer secret     {west.secret}
A customer buys about every {ORDER_EVERY_S:g} seconds. Ctrl-C ends the demo. So does ./restart.sh stop,
together with whatever else runs in this folder.
"""


def main(arguments: list[str]) -> int:
    """Run the demo; exit status 1 with a sentence where it cannot be had."""
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    first = arguments[0] if arguments else str(FIRST_PORT)
    try:
        if processes.find("demo"):
            raise Refused("The demo of this copy runs already: ./restart.sh stop ends it.")
        if not first.isascii() or not first.isdecimal():
            raise Refused("Usage: ./restart.sh demo [PORT]")
        where = settings.ports(int(first))
        processes.RUN.mkdir(exist_ok=True)
        (processes.RUN / "demo.address").write_text(f"http://127.0.0.1:{where.board}/")
        (processes.RUN / "demo.pid").write_text(str(os.getpid()))
        run(where)
    except (Refused, config.ConfigError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    print("The demo has ended.")
    return 0


def _end(*_: object) -> None:
    _stopping.set()
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
