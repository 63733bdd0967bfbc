"""Load by wrk: requests per second and latencies, alternated over what is compared."""

import re
import statistics
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass

UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass
class Run:
    """What one run of wrk saw."""

    per_s: float
    p50_ms: float
    p99_ms: float
    errors: int
    cpu_ms: float = 0.0  # of the process that is measured, for each request; 0: not measured


def wrk(address: str, connections: int, seconds: float) -> Run:
    """Ask `address` over kept-alive connections for so long."""
    command = [
        "wrk",
        "-t",
        "2" if connections > 8 else "1",
        "-c",
        str(connections),
        "-d",
        f"{max(1, round(seconds))}s",
    ]
    told = subprocess.run(
        [*command, "--latency", "--timeout", "30s", address], check=True, capture_output=True, text=True
    ).stdout
    latencies = dict(re.findall(r"^\s+(50|99)%\s+(\S+) *$", told, re.M))  # after "s" there is a space
    errors = sum(int(n) for n in re.findall(r"(?:connect|read|write|timeout) (\d+)", told))
    errors += sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", told))
    rate = float(re.search(r"Requests/sec:\s+(\S+)", told)[1])  # type: ignore[index]
    return Run(rate, _ms(latencies["50"]), _ms(latencies["99"]), errors)


def alternate(
    addresses: Mapping[str, str],
    connections: int,
    rounds: int,
    seconds: float,
    measure: Callable[..., Run] = wrk,
) -> dict[str, list[Run]]:
    """Ask each address in turn, `rounds` times, so that what the machine does else meets them alike."""
    found: dict[str, list[Run]] = {name: [] for name in addresses}
    for address in addresses.values():
        measure(address, connections, min(seconds, 1))
    for turn in range(rounds):
        names = list(addresses)
        for name in names if turn % 2 == 0 else reversed(names):
            found[name].append(measure(addresses[name], connections, seconds))
    return found


def report(title: str, found: Mapping[str, list[Run]], against: str) -> None:
    """Print medians, and each as a ratio to `against`, round by round: median [lowest - highest]."""
    print(f"\n{title}")
    for name, runs in found.items():
        ratios = [run.per_s / base.per_s for run, base in zip(runs, found[against], strict=True)]
        rate, p99 = (
            statistics.median(run.per_s for run in runs),
            statistics.median(run.p99_ms for run in runs),
        )
        errors = sum(run.errors for run in runs)
        print(
            f"  {name:34} {rate:9,.0f}/s  p99 {p99:8.2f} ms  ratio {statistics.median(ratios):7.3f}"
            f" [{min(ratios):.3f} - {max(ratios):.3f}]{f'  ERRORS {errors}' if errors else ''}",
            flush=True,
        )


def _ms(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(\D+)", text).groups()  # type: ignore[union-attr]
    return float(number) * UNITS[unit]
