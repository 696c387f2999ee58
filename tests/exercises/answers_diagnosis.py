"""Answers to chapter 18's exercises, right ones of any style and typical wrong ones."""

import functools

import numpy as np
from answers import right, wrong

# ---- diagnosis-runs ---------------------------------------------------------------------


def each(enter):
    """Enter a function of one record as one of a list of them, and return it as it is."""

    def entered(function):
        enter(functools.wraps(function)(lambda records: [function(one) for one in records]))
        return function

    return entered


@each(right("diagnosis-runs"))
def by_thresholds(record):
    if record["train_loss"][-1] > 2.8:
        return "steps"
    if record["train_accuracy"][-1] < 0.5:
        return "plateau" if record["validation_loss"][-1] < 2.2 else "labels"
    if record["validation_accuracy"][-1] < 0.3:
        return "order"
    gap = record["validation_accuracy"][-1] - record["test_accuracy"]
    return "leak" if gap > 0.06 else "overfit"


@each(right("diagnosis-runs"))
def by_losses(record):
    fit, seen = record["train_loss"], record["validation_loss"]
    if max(fit[1:]) > 3:
        return "steps"
    if seen[-1] > fit[-1] + 1.5:
        return "order"
    if fit[-1] > 1:
        return "labels" if min(seen) > 2.25 else "plateau"
    return (
        "leak" if record["validation_accuracy"][-1] > record["test_accuracy"] + 0.05 else "overfit"
    )


@each(right("diagnosis-runs"))
def by_validation_first(record):
    seen, new = record["validation_accuracy"][-1], record["test_accuracy"]
    if seen - new > 0.06:
        return "leak"
    if record["train_accuracy"][-1] > 0.9:
        return "overfit"
    if record["train_accuracy"][-1] > 0.5:
        return "order"
    if record["train_loss"][0] > 3:
        return "steps"
    return "plateau" if seen > 0.16 else "labels"


@each(wrong("diagnosis-runs"))
def leak_is_overfitting(record):
    return {"leak": "overfit"}.get(by_thresholds(record), by_thresholds(record))


@each(wrong("diagnosis-runs"))
def plateau_is_labels(record):
    return {"plateau": "labels"}.get(by_thresholds(record), by_thresholds(record))


@each(wrong("diagnosis-runs"))
def steps_are_labels(record):
    return {"steps": "labels"}.get(by_thresholds(record), by_thresholds(record))


@each(wrong("diagnosis-runs"))
def order_is_overfitting(record):
    return {"order": "overfit"}.get(by_thresholds(record), by_thresholds(record))


@each(wrong("diagnosis-runs"))
def chance_in_train_only(record):
    if record["train_accuracy"][-1] < 0.5:
        return "labels"
    return by_thresholds(record)


@each(wrong("diagnosis-runs"))
def validation_at_chance_is_labels(record):
    return "labels" if record["validation_accuracy"][-1] < 0.3 else by_thresholds(record)


@each(wrong("diagnosis-runs"))
def a_gap_to_train_is_a_leak(record):
    if by_thresholds(record) in ("leak", "overfit"):
        return "leak" if record["train_accuracy"][-1] - record["test_accuracy"] > 0.1 else "overfit"
    return by_thresholds(record)


@each(wrong("diagnosis-runs"))
def any_difference_is_a_leak(record):
    if by_thresholds(record) in ("leak", "overfit"):
        return "leak" if record["validation_accuracy"][-1] != record["test_accuracy"] else "overfit"
    return by_thresholds(record)


@each(wrong("diagnosis-runs"))
def from_the_first_epoch(record):
    first = {name: v if name == "test_accuracy" else v[:1] for name, v in record.items()}
    return by_thresholds(first)


@each(wrong("diagnosis-runs"))
def a_list_of_faults(record):
    return [by_thresholds(record)]


@each(wrong("diagnosis-runs"))
def other_names(record):
    return by_thresholds(record).upper()


@wrong("diagnosis-runs")
def of_the_first_run_only(records):
    return by_thresholds(records[0])


@wrong("diagnosis-runs")
def in_the_order_of_the_page(records):
    return ["order", "overfit", "plateau", "leak", "steps", "labels"]


@each(wrong("diagnosis-runs"))
def none_for_overfitting(record):
    return None if by_thresholds(record) == "overfit" else by_thresholds(record)


@each(wrong("diagnosis-runs"))
def below_chance_is_steps(record):
    return "steps" if record["validation_accuracy"][-1] < 0.1 else by_thresholds(record)


# ---- diagnosis-growing-modes ------------------------------------------------------------


def growing(case, centre=True, divide=True, quarter=4, values="svd", n=None):
    x = np.array(case["images"], dtype=float)[:n]
    labels = np.array(case["labels"])[:n]
    Y = np.eye(labels.max() + 1)[labels]
    if centre:
        x = x - x.mean(axis=0)
    C = x.T @ Y / (len(x) if divide else 1)
    found = np.linalg.svd(C, compute_uv=False)
    if values == "squared":
        found = found**2
    if values == "largest entry":
        found = np.abs(C).ravel()
    return int(np.sum(found / quarter > case["alpha"]))


@right("diagnosis-growing-modes")
def centring_the_images(case):
    return growing(case)


@right("diagnosis-growing-modes")
def centring_the_labels(case):
    x = np.array(case["images"], dtype=float)
    Y = np.eye(max(case["labels"]) + 1)[case["labels"]]
    C = x.T @ (Y - Y.mean(axis=0)) / len(x)
    return np.sum(np.linalg.svd(C, compute_uv=False) > 4 * case["alpha"])


@right("diagnosis-growing-modes")
def by_eigenvalues(case):
    x = np.array(case["images"], dtype=float)
    Y = np.eye(max(case["labels"]) + 1)[case["labels"]]
    C = np.cov(x.T, Y.T, bias=True)[: x.shape[1], x.shape[1] :]
    return int(np.sum(np.linalg.eigvalsh(C @ C.T) > 16 * case["alpha"] ** 2))


@wrong("diagnosis-growing-modes")
def not_centred(case):
    return growing(case, centre=False)


@wrong("diagnosis-growing-modes")
def not_divided(case):
    return growing(case, divide=False)


@wrong("diagnosis-growing-modes")
def a_quarter_for_each_layer(case):
    return growing(case, quarter=16)


@wrong("diagnosis-growing-modes")
def a_half(case):
    return growing(case, quarter=2)


@wrong("diagnosis-growing-modes")
def no_quarter(case):
    return growing(case, quarter=1)


@wrong("diagnosis-growing-modes")
def squared_singular_values(case):
    return growing(case, values="squared")


@wrong("diagnosis-growing-modes")
def entries_of_the_covariance(case):
    return growing(case, values="largest entry")


@wrong("diagnosis-growing-modes")
def at_most_one(case):
    return min(growing(case), 1)


@wrong("diagnosis-growing-modes")
def those_that_shrink(case):
    x = np.array(case["images"], dtype=float)
    return min(x.shape[1], max(case["labels"]) + 1) - growing(case)


@wrong("diagnosis-growing-modes")
def whether_any_grows(case):
    return growing(case) > 0


@wrong("diagnosis-growing-modes")
def without_a_penalty(case):
    return growing({**case, "alpha": 1e-9})


@wrong("diagnosis-growing-modes")
def divided_by_one_less(case):
    x = np.array(case["images"], dtype=float)
    Y = np.eye(max(case["labels"]) + 1)[case["labels"]]
    C = np.cov(x.T, Y.T)[: x.shape[1], x.shape[1] :]
    return int(np.sum(np.linalg.svd(C, compute_uv=False) / 4 > case["alpha"]))


@wrong("diagnosis-growing-modes")
def the_first_five_images(case):
    return growing(case, n=5)


# ---- diagnosis-constant-class -----------------------------------------------------------


def constant(case, digits=4, join=np.logical_and):
    fits = []
    for part, accuracy in zip(("validation", "test"), case["accuracies"], strict=True):
        shares = np.array(case[part]) / sum(case[part])
        fits.append(np.abs(np.round(shares, digits) - np.round(accuracy, digits)) < 1e-9)
    return np.flatnonzero(join(*fits)).tolist()


@right("diagnosis-constant-class")
def with_arrays(case):
    return constant(case)


@right("diagnosis-constant-class")
def with_a_loop(case):
    a, b = case["accuracies"]
    n, m = sum(case["validation"]), sum(case["test"])
    pairs = zip(case["validation"], case["test"], strict=True)
    return [k for k, (i, j) in enumerate(pairs) if abs(i / n - a) < 6e-5 and abs(j / m - b) < 6e-5]


@right("diagnosis-constant-class")
def by_intersection(case):
    sets = []
    for part, accuracy in zip(("validation", "test"), case["accuracies"], strict=True):
        total = sum(case[part])
        sets.append(
            {k for k, c in enumerate(case[part]) if f"{c / total:.4f}" == f"{accuracy:.4f}"}
        )
    return sorted(sets[0] & sets[1])


@wrong("diagnosis-constant-class")
def either_set(case):
    return constant(case, join=np.logical_or)


@wrong("diagnosis-constant-class")
def validation_only(case):
    return constant(case, join=lambda a, b: a)


@wrong("diagnosis-constant-class")
def test_only(case):
    return constant(case, join=lambda a, b: b)


@wrong("diagnosis-constant-class")
def rounded_to_one_decimal(case):
    return constant(case, digits=1)


@wrong("diagnosis-constant-class")
def rounded_to_two_decimals(case):
    return [
        k
        for k in range(len(case["test"]))
        if all(
            round(case[part][k] / sum(case[part]), 2) == round(accuracy, 2)
            for part, accuracy in zip(("validation", "test"), case["accuracies"], strict=True)
        )
    ]


@wrong("diagnosis-constant-class")
def within_a_thousandth(case):
    parts = zip(("validation", "test"), case["accuracies"], strict=True)
    shares = [(np.array(case[part]) / sum(case[part]), accuracy) for part, accuracy in parts]
    return np.flatnonzero(np.all([abs(a - b) < 1e-3 for a, b in shares], axis=0)).tolist()


@wrong("diagnosis-constant-class")
def not_rounded(case):
    a, b = case["accuracies"]
    n, m = sum(case["validation"]), sum(case["test"])
    pairs = zip(case["validation"], case["test"], strict=True)
    return [k for k, (i, j) in enumerate(pairs) if i / n == a and j / m == b]


@wrong("diagnosis-constant-class")
def the_first_that_fits(case):
    return constant(case)[:1]


@wrong("diagnosis-constant-class")
def the_commonest(case):
    return [int(np.argmax(case["validation"]))]


@wrong("diagnosis-constant-class")
def counted_from_one(case):
    return [k + 1 for k in constant(case)]


@wrong("diagnosis-constant-class")
def whether_one_fits(case):
    return bool(constant(case))


@wrong("diagnosis-constant-class")
def a_number_not_a_list(case):
    return constant(case)[0] if constant(case) else -1


@wrong("diagnosis-constant-class")
def in_the_other_order(case):
    return constant(case)[::-1]


@wrong("diagnosis-constant-class")
def the_sets_exchanged(case):
    return constant({**case, "accuracies": case["accuracies"][::-1]})


@wrong("diagnosis-constant-class")
def among_the_first_four(case):
    return [k for k in constant(case) if k < 4]


# ---- diagnosis-dead-units ---------------------------------------------------------------


def values(case):
    return np.array(case["images"]) @ np.array(case["W"]) + case["b"]


@right("diagnosis-dead-units")
def at_most_zero_everywhere(case):
    return np.flatnonzero((values(case) <= 0).all(axis=0)).tolist()


@right("diagnosis-dead-units")
def by_the_largest(case):
    return [j for j, most in enumerate(values(case).max(axis=0)) if most <= 0]


@right("diagnosis-dead-units")
def unit_by_unit(case):
    dead = []
    for j, b in enumerate(case["b"]):
        column = [row[j] for row in case["W"]]
        outputs = (
            sum(w * p for w, p in zip(column, image, strict=True)) + b for image in case["images"]
        )
        if not any(max(0, output) for output in outputs):
            dead.append(j)
    return np.array(dead, dtype=int)


@wrong("diagnosis-dead-units")
def strictly_negative(case):
    return np.flatnonzero((values(case) < 0).all(axis=0)).tolist()


@wrong("diagnosis-dead-units")
def silent_on_some_image(case):
    return np.flatnonzero((values(case) <= 0).any(axis=0)).tolist()


@wrong("diagnosis-dead-units")
def on_average(case):
    return np.flatnonzero(values(case).mean(axis=0) <= 0).tolist()


@wrong("diagnosis-dead-units")
def without_the_bias(case):
    return at_most_zero_everywhere({**case, "b": [0] * len(case["b"])})


@wrong("diagnosis-dead-units")
def by_the_weights(case):
    return np.flatnonzero((np.array(case["W"]) <= 0).all(axis=0)).tolist()


@wrong("diagnosis-dead-units")
def images_that_are_silent(case):
    return np.flatnonzero((values(case) <= 0).all(axis=1)).tolist()


@wrong("diagnosis-dead-units")
def those_that_live(case):
    return np.flatnonzero((values(case) > 0).any(axis=0)).tolist()


@wrong("diagnosis-dead-units")
def how_many(case):
    return len(at_most_zero_everywhere(case))


@wrong("diagnosis-dead-units")
def a_mask(case):
    return (values(case) <= 0).all(axis=0)


@wrong("diagnosis-dead-units")
def of_the_first_image(case):
    return at_most_zero_everywhere({**case, "images": case["images"][:1]})


@wrong("diagnosis-dead-units")
def of_the_first_three_images(case):
    return at_most_zero_everywhere({**case, "images": case["images"][:3]})


@wrong("diagnosis-dead-units")
def exactly_zero(case):
    return np.flatnonzero((values(case) == 0).all(axis=0)).tolist()


@wrong("diagnosis-dead-units")
def counted_from_the_end(case):
    return at_most_zero_everywhere(case)[::-1]


# ---- diagnosis-confusion ----------------------------------------------------------------


@right("diagnosis-confusion")
def with_add_at(case):
    counts = np.zeros((case["classes"], case["classes"]), dtype=int)
    np.add.at(counts, (np.array(case["labels"], int), np.array(case["answers"], int)), 1)
    return counts


@right("diagnosis-confusion")
def by_counting(case):
    pairs = list(zip(case["labels"], case["answers"], strict=True))
    every = range(case["classes"])
    return [[pairs.count((k, answer)) for answer in every] for k in every]


@right("diagnosis-confusion")
def by_a_product(case):
    eye = np.eye(case["classes"])
    return eye[:, np.array(case["labels"], int)] @ eye[np.array(case["answers"], int)]


@wrong("diagnosis-confusion")
def rows_of_answers(case):
    return by_a_product(case).T


@wrong("diagnosis-confusion")
def assigned_not_added(case):
    counts = np.zeros((case["classes"], case["classes"]))
    counts[np.array(case["labels"], int), np.array(case["answers"], int)] += 1
    return counts


@wrong("diagnosis-confusion")
def errors_only(case):
    return by_a_product(case) * (1 - np.eye(case["classes"]))


@wrong("diagnosis-confusion")
def correct_only(case):
    return by_a_product(case) * np.eye(case["classes"])


@wrong("diagnosis-confusion")
def as_large_as_the_labels(case):
    size = max(case["labels"], default=-1) + 1
    return by_a_product(case)[:size, :size]


@wrong("diagnosis-confusion")
def shares_of_a_row(case):
    counts = by_a_product(case)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@wrong("diagnosis-confusion")
def shares_of_all(case):
    return by_a_product(case) / max(len(case["labels"]), 1)


@wrong("diagnosis-confusion")
def symmetric(case):
    counts = by_a_product(case)
    return (counts + counts.T) / 2


@wrong("diagnosis-confusion")
def a_flat_list(case):
    return by_a_product(case).ravel()


@wrong("diagnosis-confusion")
def the_accuracy(case):
    return np.trace(by_a_product(case)) / max(len(case["labels"]), 1)


@wrong("diagnosis-confusion")
def a_dictionary(case):
    return dict(enumerate(by_counting(case)))


@wrong("diagnosis-confusion")
def of_the_first_four(case):
    return by_a_product({**case, "labels": case["labels"][:4], "answers": case["answers"][:4]})


@wrong("diagnosis-confusion")
def classes_from_one(case):
    return np.roll(by_a_product(case), 1, axis=0)


@wrong("diagnosis-confusion")
def of_the_first_four_classes(case):
    counts = np.zeros((case["classes"], case["classes"]), int)
    for answer, label in zip(case["answers"], case["labels"], strict=True):
        counts[label, answer] += max(answer, label) < 4
    return counts


@wrong("diagnosis-dead-units")
def by_the_first_three_pixels(case):
    images, W = np.array(case["images"])[:, :3], np.array(case["W"])[:3]
    return np.flatnonzero((images @ W + case["b"] <= 0).all(axis=0)).tolist()
