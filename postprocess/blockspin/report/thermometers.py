"""Thermometers beside the best possible one, the exact posterior."""

from functools import partial

from blockspin.archive import Archive
from blockspin.figures import thermometer
from blockspin.report.parts import Heading, Note, Part, Section
from blockspin.report.pictures import picture
from blockspin.report.words import measured


def section(archives: list[Archive]) -> Section:
    parts: list[Part] = []
    for archive in archives:
        for group in archive.groups("thermometer"):
            found = thermometer.accuracies(group)
            said = ", ".join(f"{text} {value:.4f}" for text, value in found.items())
            entropy = measured(float(group["test/cross_entropy"]), float(group["test/cross_entropy_error"]))
            best = float(group["test/bayes_cross_entropy"])
            parts += [
                Heading(f"{group.label} of {archive.name}: {group.value('hidden')} hidden units"),
                Note(f"Cross entropy of held-out configurations: {entropy} nats; of the exact posterior "
                     f"{best:.4f} nats, the least possible."),
                picture("Held-out configurations read right", f"Shares read right: {said}", partial(thermometer.accuracy, group)),
                picture("Objective of the training", f"Objective from {group['history/objective'][0]:.4f} to "
                        f"{group['history/objective'][-1]:.4f} nats in {len(group['history/objective'])} rounds",
                        partial(thermometer.objective, group)),
            ]
    return Section("Thermometer beside Bayes", parts)
