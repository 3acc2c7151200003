# SPDX-License-Identifier: MIT
"""Twenty threads that fill and empty a queue, and tell a condition when they are done."""
import queue
import threading

items = queue.Queue(5)
done = threading.Condition()
finished = 0
total = 0
lock = threading.Lock()


def produce(number):
    global finished
    for i in range(20):
        items.put(number * 100 + i)
    with done:
        finished += 1
        done.notify_all()


def consume():
    global total
    for _ in range(38):
        item = items.get()
        with lock:
            total += item


threads = [threading.Thread(target=produce, args=(i,)) for i in range(19)]
threads += [threading.Thread(target=consume) for _ in range(10)]
for thread in threads:
    thread.start()
with done:
    while finished < 19:
        done.wait()
for thread in threads:
    thread.join()
print(finished, total)
