#!/usr/bin/env python3
"""Contrastive divergence in PyTorch, float32 on one core: the rival of `blockspin bench training`.

Plain, but careful: every buffer is allocated once, every operation writes into one, the two gradient products go
straight into the weights. Units are 0 and 1, which is the cheaper form in PyTorch; the products are the same.

    pytorch_training.py [WORK ...]                              samples/s of each work
    pytorch_training.py --blockspin build/release/src/app/blockspin [--precision float32] [WORK ...]
        the same in turn with `blockspin bench training.WORK`, five rounds, and the median of the ratios
"""
import argparse
import statistics
import subprocess
import sys
import time

WORKS = {  # visible units, hidden units, batch, steps of persistent chains (0: CD-1)
    "A": (100, 64, 100, 0),
    "B": (1600, 400, 100, 0),
    "C": (4096, 4096, 512, 0),
    "D": (1024, 1024, 512, 10),
}


class Machine:
    """One machine, its batch and its chains."""

    def __init__(self, torch, n_visible, n_hidden, batch, pcd_steps):
        self.torch, self.batch, self.pcd_steps, self.rate = torch, batch, pcd_steps, 0.01 / batch
        self.w = 0.01 * torch.randn(n_visible, n_hidden)
        self.b, self.c = torch.zeros(n_visible), torch.zeros(n_hidden)
        self.data = (torch.rand(8 * batch, n_visible) < 0.5).float()
        self.v0, self.v1 = torch.empty(batch, n_visible), (torch.rand(batch, n_visible) < 0.5).float()
        self.p0, self.p1, self.h = (torch.empty(batch, n_hidden) for _ in range(3))
        self.u_visible, self.u_hidden = torch.empty(batch, n_visible), torch.empty(batch, n_hidden)
        self.p_visible = torch.empty(batch, n_visible)
        self.order, self.position = torch.randperm(len(self.data)), 0

    def sample(self, p, u, out):
        """out = 1 where a fresh uniform number is below p, else 0."""
        self.torch.rand(u.shape, out=u)
        self.torch.lt(u, p, out=out)

    def hidden(self, v, p):
        self.torch.addmm(self.c, v, self.w, out=p)
        p.sigmoid_()

    def visible(self, h):
        self.torch.addmm(self.b, h, self.w.t(), out=self.p_visible)
        self.p_visible.sigmoid_()
        self.sample(self.p_visible, self.u_visible, self.v1)

    def next_batch(self):
        if self.position == len(self.data):
            self.order, self.position = self.torch.randperm(len(self.data)), 0
        rows = self.order[self.position:self.position + self.batch]
        self.torch.index_select(self.data, 0, rows, out=self.v0)
        self.position += self.batch

    def update(self):
        self.next_batch()
        self.hidden(self.v0, self.p0)
        if self.pcd_steps == 0:
            self.sample(self.p0, self.u_hidden, self.h)
            self.visible(self.h)
        for _ in range(self.pcd_steps):
            self.hidden(self.v1, self.p1)
            self.sample(self.p1, self.u_hidden, self.h)
            self.visible(self.h)
        self.hidden(self.v1, self.p1)
        self.w.addmm_(self.v0.t(), self.p0, alpha=self.rate)
        self.w.addmm_(self.v1.t(), self.p1, alpha=-self.rate)
        self.b.add_(self.v0.sum(0) - self.v1.sum(0), alpha=self.rate)
        self.c.add_(self.p0.sum(0) - self.p1.sum(0), alpha=self.rate)


def pytorch_rate(torch, work, seconds):
    """Samples a second of updates that fill the given time."""
    machine = Machine(torch, *WORKS[work])
    machine.update()
    n, start = 0, time.perf_counter()
    while n == 0 or time.perf_counter() - start < seconds:
        machine.update()
        n += 1
    return n * machine.batch / (time.perf_counter() - start)


def blockspin_rate(program, work, precision):
    """Samples a second that `blockspin bench` prints."""
    name = f"training.{work}.{precision}"
    text = subprocess.run([program, "bench", name], check=True, capture_output=True, text=True).stdout
    return next(float(line.split()[1]) for line in text.splitlines() if line.split()[0] == name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("works", nargs="*", metavar="WORK", default=list(WORKS), help="A, B, C, D (all)")
    parser.add_argument("--blockspin", help="the program to run in turn with PyTorch")
    parser.add_argument("--precision", default="float32", help="of the program's products")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of PyTorch in each round")
    options = parser.parse_args()
    try:
        import torch
    except ImportError:
        print("python3-torch is not installed: nothing to compare with", file=sys.stderr)
        return 77
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    for work in options.works:
        rates, ratios = [], []
        for _ in range(options.rounds):
            rates.append(pytorch_rate(torch, work, options.seconds))
            if options.blockspin:
                ratios.append(blockspin_rate(options.blockspin, work, options.precision) / rates[-1])
        line = f"{work}  PyTorch {torch.__version__}: {statistics.median(rates):10.0f} samples/s"
        if ratios:
            line += (f"   blockspin {options.precision}: {statistics.median(ratios):.2f} times"
                     f" ({min(ratios):.2f} to {max(ratios):.2f})")
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
