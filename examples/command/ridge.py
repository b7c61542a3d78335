"""A linear model with a penalty, by stochastic gradient descent: nothing but Python itself.

Told its parameters, it says after each epoch how large its error is on rows that it does not learn
from, and stops when the head has seen enough. See docs/COMMANDS.md.
"""

import csv
import json
import os
import random
import socket

EPOCHS = 12


def read(path):
    """Rows of standardised features, and their targets."""
    with open(path, newline="") as file:
        reader = csv.reader(file)
        next(reader)
        table = [[float(cell) for cell in row] for row in reader]
    targets = [row[-1] for row in table]
    columns = list(zip(*(row[:-1] for row in table)))
    means = [sum(column) / len(column) for column in columns]
    spreads = [
        (sum((cell - mean) ** 2 for cell in column) / len(column)) ** 0.5 or 1.0
        for column, mean in zip(columns, means)
    ]
    features = [
        [1.0] + [(cell - mean) / spread for cell, mean, spread in zip(row, means, spreads)]
        for row in table
    ]
    return features, targets, means, spreads


def answer(weights, row):
    return sum(weight * cell for weight, cell in zip(weights, row))


def error(weights, features, targets):
    squares = [(answer(weights, row) - y) ** 2 for row, y in zip(features, targets)]
    return (sum(squares) / len(squares)) ** 0.5


def main():
    talk = socket.socket(fileno=int(os.environ["ASSAY_SCORES_FD"])).makefile("rw")
    with open(os.environ["ASSAY_PARAMETERS"]) as file:
        parameters = json.load(file)
    chance = random.Random(int(os.environ["ASSAY_SEED"]))
    features, targets, means, spreads = read("wine.csv")
    held = len(features) // 5
    rest = list(range(held, len(features)))
    if parameters["order"] == "sorted":
        rest.sort(key=lambda index: targets[index])
    batch, rate, penalty = parameters["batch"], parameters["rate"], parameters["penalty"]

    weights = [0.0] * len(features[0])
    score = None
    for epoch in range(1, EPOCHS + 1):
        if parameters["order"] == "shuffled":
            chance.shuffle(rest)
        for start in range(0, len(rest), batch):
            rows = rest[start : start + batch]
            misses = [answer(weights, features[index]) - targets[index] for index in rows]
            for place in range(len(weights)):
                slope = sum(
                    miss * features[index][place] for miss, index in zip(misses, rows)
                ) / len(rows)
                shrink = penalty * weights[place] if place else 0.0
                weights[place] -= rate * (slope + shrink)
        score = error(weights, features[:held], targets[:held])
        print(json.dumps({"step": epoch, "scores": {"rmse": score}}), file=talk, flush=True)
        if talk.readline() == "stop\n":
            break

    with open(os.environ["ASSAY_OUTPUT"] + "/model.json", "w") as file:
        json.dump({"weights": weights, "means": means, "spreads": spreads}, file)
    print(json.dumps({"scores": {"rmse": score}}), file=talk, flush=True)


main()
