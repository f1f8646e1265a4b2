"""Threads, children and what else the standard library does with the kernel."""
import asyncio
import concurrent.futures
import fcntl
import mmap
import multiprocessing
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time


def square(n):
    return n * n


def main():
    lock, total = threading.Lock(), 0

    def add(n):
        nonlocal total
        for _ in range(1000):
            with lock:
                total += n

    threads = [threading.Thread(target=add, args=(i,)) for i in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print("threads", total)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        got = pool.map(lambda n: subprocess.run(["sh", "-c", f"exit {n}"]).returncode, range(8))
        print("subprocesses", list(got))
    print(subprocess.run(["tr", "a-z", "A-Z"], input=b"shout", capture_output=True).stdout)
    try:
        subprocess.run(["sleep", "100"], timeout=0.05)
    except subprocess.TimeoutExpired:
        print("timed out")
    try:
        subprocess.run(["/nonexistent"])
    except FileNotFoundError as e:
        print(e)

    with multiprocessing.get_context("fork").Pool(2) as pool:
        print("pool", pool.map(square, range(10)))

    a, b = socket.socketpair()
    with a, b:
        a.sendall(b"hello")
        print(select.select([b], [], [], 5)[0] == [b], b.recv(10))

    signal.signal(signal.SIGALRM, lambda *_: print("alarm"))
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    signal.pause()

    with tempfile.TemporaryFile() as f:
        f.write(b"x" * 5000)
        f.flush()
        fcntl.flock(f, fcntl.LOCK_EX)
        with mmap.mmap(f.fileno(), 5000) as m:
            print(m[:3], os.fstat(f.fileno()).st_size)

    async def both():
        p = await asyncio.create_subprocess_exec("echo", "async", stdout=subprocess.PIPE)
        out, _ = await asyncio.gather(p.communicate(), asyncio.sleep(0.01))
        print(out[0])

    asyncio.run(both())
    try:
        open("/nonexistent/file")
    except OSError as e:
        print(e)
    end, go = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(go)
        os.kill(os.getpid(), signal.SIGSTOP)
        os.read(end, 1)
        os.kill(os.getpid(), signal.SIGKILL)
    print("stopped", os.WSTOPSIG(os.waitpid(child, os.WUNTRACED)[1]))
    os.kill(child, signal.SIGCONT)
    print("continued", os.WIFCONTINUED(os.waitpid(child, os.WCONTINUED)[1]))
    os.close(go)
    print("killed", os.waitpid(child, 0)[1])
    print("children", sorted(os.waitstatus_to_exitcode(os.waitpid(p, 0)[1]) for p in
                             [os.spawnlp(os.P_NOWAIT, "sh", "sh", "-c", f"exit {n}") for n in range(4)]))
    print(time.monotonic() > 0, file=sys.stderr)


if __name__ == "__main__":
    main()
