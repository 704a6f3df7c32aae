"""Wrong harnesses that the checks must tell from right ones."""

MUTANTS = {
    "times the warm-up": ("for _ in range(warmup):", "for _ in range(0):"),
    "does not wait for the device at the end": (
        "        sync()  # a GPU only queues the work: wait for its end\n",
        "",
    ),
    "puts what was queued before on the next one's bill": (
        """            for name in order:
                seconds[name].append(block(contenders[name], calls[name]) / calls[name])
""",
        """            for name in order:
                contenders[name]()
                start = clock()
                for _ in range(calls[name]):
                    contenders[name]()
                sync()
                seconds[name].append((clock() - start) / calls[name])
""",
    ),
    "times one call at a time": (
        "while (took := block(work, calls[name])) < min_seconds:",
        "while (took := 1) < 0:",
    ),
    "runs all rounds of one contender before the next": (
        """        for _ in range(rounds):
            for name in order:
                seconds""",
        """        for name in order:
            for _ in range(rounds):
                seconds""",
    ),
    "lets the same one go first each time": ("            order.reverse()", "            pass"),
    "divides the sums": (
        "    return median_interval([slow / fast for slow, fast in pairs])",
        "    slow, fast = zip(*pairs)\n    return Interval(sum(slow) / sum(fast), 0, 0)",
    ),
    "takes the mean": ("statistics.median(ordered)", "statistics.fmean(ordered)"),
    "turns the ratio around": (
        "[slow / fast for slow, fast in pairs]",
        "[fast / slow for slow, fast in pairs]",
    ),
    "counts one tail of the coins": ("missed += 2 * math.comb", "missed += math.comb"),
    "reads what is held after the call": (
        "    work()\n    return _high_water_mark() - before",
        "    import psutil\n    before = psutil.Process().memory_info().rss\n    work()\n    return psutil.Process().memory_info().rss - before",
    ),
    "does not reset the high-water mark": (
        'Path("/proc/self/clear_refs").write_text("5")',
        "None",
    ),
}
