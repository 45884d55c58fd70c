#!/usr/bin/env python3
"""Runs trivial tasks by Dask on two worker processes of one thread, and prints the seconds that a task took, time after
time, as one JSON object.

    chain        tasks that each read the one before, which the other worker computed
    independent  tasks that read nothing
"""

import argparse
import json
import time

import dask
from distributed import Client, LocalCluster, wait


def scale(value):
    return value * 1.0


def run_chain(client, workers, count):
    start = time.perf_counter()
    last = 1.0
    for index in range(count):
        last = client.submit(scale, last, workers=[workers[index % 2]], pure=False)
    last.result()
    return (time.perf_counter() - start) / count


def run_independent(client, count):
    start = time.perf_counter()
    wait(client.map(scale, [1.0] * count, pure=False))
    return (time.perf_counter() - start) / count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chain", type=int, default=1000)
    parser.add_argument("--independent", type=int, default=10000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()

    # Its log goes to standard output otherwise.
    dask.config.set({"logging.distributed": "error"})
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            workers = list(client.scheduler_info()["workers"])
            seconds = {"chain": [], "independent": []}
            for repeat in range(options.repeats + 1):
                chain = run_chain(client, workers, options.chain)
                independent = run_independent(client, options.independent)
                # The first round imports and connects.
                if repeat > 0:
                    seconds["chain"].append(chain)
                    seconds["independent"].append(independent)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
