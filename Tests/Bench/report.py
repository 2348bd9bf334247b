"""The tables: medians over the rounds, and medians of the ratios to nginx within each round."""

from statistics import median


def table(title: str, heads: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]

    def line(cells: list[str]) -> str:
        aligned = [cell.ljust(width) if column == 0 else cell.rjust(width)
                   for column, (cell, width) in enumerate(zip(cells, widths))]
        return "| " + " | ".join(aligned) + " |"

    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join(["", title, "", line(heads), rule, *map(line, rows)])


def figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def ratio(value: float) -> str:
    return f"{value:.2f}" if value >= 0.1 else f"{value:.4f}"


def load(title: str, cells: dict, names: list[str]) -> str:
    rows = []
    for connections, cell in cells.items():
        for name in (name for name in names if name in cell):
            own = cell[name]
            base = cell.get("nginx")

            def both(field: str) -> list[str]:
                values = [getattr(sample, field) for sample in own]
                if base is None:
                    return [figure(median(values)), "-"]
                # wrk knows no latency of pipelined requests that are answered within its clock's tick.
                pairs = [value / getattr(other, field) for value, other in zip(values, base) if getattr(other, field)]
                return [figure(median(values)), ratio(median(pairs)) if pairs else "-"]

            rows.append([
                f"{connections}, {name}", *both("rate"), *both("cpu"), *both("p50"), *both("p99"),
                figure(median(sample.p999 for sample in own)), f"{median(sample.switches for sample in own):.2f}",
                figure(median(sample.resident for sample in own)), str(sum(sample.failed for sample in own)),
                f"{max(sample.foreign for sample in own):.0%}"])
    heads = ["connections, server", "req/s", "x nginx", "CPU us/req", "x nginx", "p50 us", "x nginx", "p99 us",
             "x nginx", "p99.9 us", "switches/req", "RSS MiB", "failed", "other load"]
    return table(title, heads, rows)


def memory(values: dict[str, tuple[float, float, float]]) -> str:
    rows = [[name, f"{first * 1000:.0f}", figure(idle), figure(after)] for name, (first, idle, after) in values.items()]
    return table("Start and memory", ["server", "start to first 200, ms", "RSS idle, MiB", "RSS at the end, MiB"], rows)


def counts(title: str, values: dict[tuple[str, int, str], float]) -> str:
    """One row per route and server, one column per number of connections."""
    columns = sorted({count for _, count, _ in values})
    rows = {}
    for (route, count, name), value in values.items():
        rows.setdefault(f"{route}, {name}", {})[count] = f"{value:.2f}"
    return table(title, ["route, server", *(f"{count} connections" for count in columns)],
                 [[head, *(row.get(count, "-") for count in columns)] for head, row in rows.items()])


def added(values: dict[str, list[tuple[float, float]]]) -> str:
    rows = [[name, figure(median(through for through, _ in pairs)), figure(median(direct for _, direct in pairs)),
             figure(median(through - direct for through, direct in pairs))] for name, pairs in values.items()]
    return table("Added latency: one connection, load, server and upstream on one core",
                 ["server", "p50 us", "direct p50 us", "added us"], rows)
