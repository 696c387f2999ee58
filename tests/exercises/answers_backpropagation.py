"""Answers to chapter 16's exercises, right ones of any style and typical wrong ones."""

import math

import numpy as np
from answers import right, taking, wrong

from dlbook.autodiff import grad
from dlbook.nn import cross_entropy, two_layer_value_and_grad

# ---- backpropagation-loss ---------------------------------------------------------------


@taking(right("backpropagation-loss"))
def shifted(logits, labels):
    z = np.array(logits) - np.max(logits, axis=1, keepdims=True)
    logs = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -np.mean(logs[np.arange(len(labels)), labels])


@taking(right("backpropagation-loss"))
def by_logaddexp(logits, labels):
    return np.mean(np.logaddexp.reduce(logits, axis=1) - [z[y] for z, y in zip(logits, labels)])  # noqa: B905


@taking(right("backpropagation-loss"))
def in_python(logits, labels):
    total = 0.0
    for z, y in zip(logits, labels, strict=True):
        top = max(z)
        total += top + math.log(math.fsum(math.exp(t - top) for t in z)) - z[y]
    return total / len(labels)


@taking(right("backpropagation-loss"))
def by_the_library(logits, labels):
    return cross_entropy(np.array(logits), np.array(labels))


def softmax(z):
    with np.errstate(all="ignore"):
        e = np.exp(np.array(z))
        return e / e.sum(axis=1, keepdims=True)


def picked(table, labels):
    return np.array(table)[np.arange(len(labels)), labels]


@taking(wrong("backpropagation-loss"))
def overflows(logits, labels):
    return -np.mean(np.log(picked(softmax(logits), labels)))


@taking(wrong("backpropagation-loss"))
def logarithm_of_a_stable_softmax(logits, labels):
    z = np.array(logits) - np.max(logits, axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        return -np.mean(np.log(picked(softmax(z), labels)))


@taking(wrong("backpropagation-loss"))
def clipped(logits, labels):
    z = np.array(logits) - np.max(logits, axis=1, keepdims=True)
    return -np.mean(np.log(np.clip(picked(softmax(z), labels), 1e-12, 1)))


@taking(wrong("backpropagation-loss"))
def summed(logits, labels):
    return shifted(logits, labels) * len(labels)


@taking(wrong("backpropagation-loss"))
def over_all_entries(logits, labels):
    return shifted(logits, labels) / len(logits[0])


@taking(wrong("backpropagation-loss"))
def with_the_sign_turned(logits, labels):
    return -shifted(logits, labels)


@taking(wrong("backpropagation-loss"))
def in_bits(logits, labels):
    return shifted(logits, labels) / math.log(2)


@taking(wrong("backpropagation-loss"))
def of_the_first_example(logits, labels):
    return shifted(logits[:1], labels[:1])


@taking(wrong("backpropagation-loss"))
def of_the_largest(logits, labels):
    return shifted(logits, np.argmax(logits, axis=1))


@taking(wrong("backpropagation-loss"))
def along_the_columns(logits, labels):
    z = np.array(logits) - np.max(logits, axis=0)
    with np.errstate(divide="ignore"):
        return -np.mean(picked(z - np.log(np.exp(z).sum(axis=0)), labels))


@taking(wrong("backpropagation-loss"))
def the_logit(logits, labels):
    return -np.mean(picked(logits, labels))


@taking(wrong("backpropagation-loss"))
def with_log1p(logits, labels):
    z = np.array(logits) - np.max(logits, axis=1, keepdims=True)
    return np.mean(np.log1p(np.exp(z).sum(axis=1)) - picked(z, labels))


@taking(wrong("backpropagation-loss"))
def shifted_by_one_maximum(logits, labels):
    z = np.array(logits) - np.max(logits)
    with np.errstate(all="ignore"):
        logs = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -np.mean(picked(logs, labels))


@taking(wrong("backpropagation-loss"))
def the_first_three_examples(logits, labels):
    return shifted(logits[:3], labels[:3])


# ---- backpropagation-gradient -----------------------------------------------------------


def backward(
    share=lambda P, Y, n: (P - Y) / n,
    dW2=lambda H, G, W2, alpha: H.T @ G + alpha * W2,
    db=lambda G: G.sum(axis=0),
    back=lambda G, W2: G @ W2.T,
    slope=lambda H: H * (1 - H),
    dW1=lambda X, G, W1, alpha: X.T @ G + alpha * W1,
    wrap=dict,
):
    def answer(X, y, W1, b1, W2, b2, alpha):
        X, W1, W2 = np.array(X), np.array(W1), np.array(W2)
        H = 1 / (1 + np.exp(-(X @ W1 + b1)))
        Z = H @ W2 + b2
        P = softmax(Z - Z.max(axis=1, keepdims=True))
        G2 = share(P, np.eye(len(b2))[y], len(y))
        G1 = back(G2, W2) * slope(H)
        return wrap(
            {
                "W1": dW1(X, G1, W1, alpha),
                "b1": db(G1),
                "W2": dW2(H, G2, W2, alpha),
                "b2": db(G2),
            }
        )

    return answer


taking(right("backpropagation-gradient"))(backward())


@taking(right("backpropagation-gradient"))
def by_the_librarys_hand(X, y, alpha, **params):
    arrays = {name: np.array(value) for name, value in params.items()}
    return two_layer_value_and_grad(arrays, np.array(X), np.array(y), alpha=alpha)[1]


@taking(right("backpropagation-gradient"))
def differentiated(X, y, alpha, **params):
    def loss(p):
        H = 1 / (1 + np.exp(-(np.array(X) @ p["W1"] + p["b1"])))
        Z = H @ p["W2"] + p["b2"]
        logs = Z - np.log(np.sum(np.exp(Z), axis=1, keepdims=True))
        penalty = alpha / 2 * (np.sum(p["W1"] ** 2) + np.sum(p["W2"] ** 2))
        return -np.mean(logs[np.arange(len(y)), y]) + penalty

    return grad(loss)({name: np.array(value) for name, value in params.items()})


@taking(right("backpropagation-gradient"))
def example_by_example(X, y, W1, b1, W2, b2, alpha):
    hidden, outputs = len(b1), len(b2)
    d = {
        "W1": [[alpha * w for w in row] for row in W1],
        "b1": [0.0] * hidden,
        "W2": [[alpha * w for w in row] for row in W2],
        "b2": [0.0] * outputs,
    }
    for x, label in zip(X, y, strict=True):
        h = [
            1 / (1 + math.exp(-sum(a * row[j] for a, row in zip(x, W1, strict=True)) - b1[j]))
            for j in range(hidden)
        ]
        e = [math.exp(sum(h[j] * W2[j][k] for j in range(hidden)) + b2[k]) for k in range(outputs)]
        g = [(e[k] / sum(e) - (k == label)) / len(X) for k in range(outputs)]
        for j in range(hidden):
            r = sum(g[k] * W2[j][k] for k in range(outputs)) * h[j] * (1 - h[j])
            d["b1"][j] += r
            for i, a in enumerate(x):
                d["W1"][i][j] += a * r
            for k in range(outputs):
                d["W2"][j][k] += h[j] * g[k]
        for k in range(outputs):
            d["b2"][k] += g[k]
    return d


for name, answer in {
    "not_over_n": backward(share=lambda P, Y, n: P - Y),
    "labels_less_shares": backward(share=lambda P, Y, n: (Y - P) / n),
    "shares_alone": backward(share=lambda P, Y, n: P / n),
    "derivative_of_the_softmax_once_more": backward(
        share=lambda P, Y, n: (P - Y) * P * (1 - P) / n
    ),
    "squared_error": backward(share=lambda P, Y, n: 2 * (P - Y) / n),
    "no_penalty": backward(
        dW2=lambda H, G, W2, alpha: H.T @ G, dW1=lambda X, G, W1, alpha: X.T @ G
    ),
    "penalty_on_the_first_layer_alone": backward(dW2=lambda H, G, W2, alpha: H.T @ G),
    "penalty_without_the_half": backward(
        dW2=lambda H, G, W2, alpha: H.T @ G + 2 * alpha * W2,
        dW1=lambda X, G, W1, alpha: X.T @ G + 2 * alpha * W1,
    ),
    "penalty_over_n": backward(
        dW2=lambda H, G, W2, alpha: H.T @ G + alpha * W2 / len(G),
        dW1=lambda X, G, W1, alpha: X.T @ G + alpha * W1 / len(G),
    ),
    "no_slope": backward(slope=lambda H: 1),
    "slope_of_tanh": backward(slope=lambda H: 1 - H * H),
    "slope_without_the_rest": backward(slope=lambda H: H),
    "slope_at_the_activation": backward(slope=lambda H: np.exp(-H) / (1 + np.exp(-H)) ** 2),
    "slope_a_quarter": backward(slope=lambda H: 0.25),
    "biases_averaged": backward(db=lambda G: G.mean(axis=0)),
    "biases_of_the_first_example": backward(db=lambda G: G[0]),
    "biases_as_rows": backward(db=lambda G: G.sum(axis=0, keepdims=True)),
    "not_transposed_back": backward(
        back=lambda G, W2: G @ W2 if W2.shape[0] == W2.shape[1] else G @ W2.T
    ),
    "weights_transposed": backward(dW2=lambda H, G, W2, alpha: (H.T @ G + alpha * W2).T),
    "in_a_tuple": backward(wrap=lambda all_: tuple(all_.values())),
    "second_layer_alone": backward(wrap=lambda all_: {"W2": all_["W2"], "b2": all_["b2"]}),
    "the_first_three_examples": backward(dW1=lambda X, G, W1, alpha: X[:3].T @ G[:3] + alpha * W1),
}.items():
    answer.__name__ = name
    taking(wrong("backpropagation-gradient"))(answer)


# ---- backpropagation-descent ------------------------------------------------------------


def descended(
    weights=lambda W, g, rate, alpha: W - rate * (g + alpha * W),
    biases=lambda b, g, rate, alpha: b - rate * g,
    steps=lambda all_: all_,
):
    def answer(W, b, gradients, rate, alpha):
        W, b = np.array(W), np.array(b)
        for gradient in steps(gradients):
            W = weights(W, np.array(gradient["W"]), rate, alpha)
            b = biases(b, np.array(gradient["b"]), rate, alpha)
        return {"W": W, "b": b}

    return answer


taking(right("backpropagation-descent"))(descended())
taking(right("backpropagation-descent"))(
    descended(lambda W, g, rate, alpha: (1 - rate * alpha) * W - rate * g)
)


@taking(right("backpropagation-descent"))
def entry_by_entry(W, b, gradients, rate, alpha):
    W, b = [list(row) for row in W], list(b)
    for gradient in gradients:
        for i, row in enumerate(gradient["W"]):
            for j, g in enumerate(row):
                W[i][j] -= rate * (g + alpha * W[i][j])
        for j, g in enumerate(gradient["b"]):
            b[j] -= rate * g
    return {"b": tuple(b), "W": W}


for name, answer in {
    "uphill": descended(lambda W, g, rate, alpha: W + rate * (g + alpha * W)),
    "no_penalty_at_all": descended(lambda W, g, rate, alpha: W - rate * g),
    "twice_the_penalty": descended(lambda W, g, rate, alpha: W - rate * (g + 2 * alpha * W)),
    "half_the_penalty": descended(lambda W, g, rate, alpha: W - rate * (g + alpha / 2 * W)),
    "penalty_not_times_the_rate": descended(lambda W, g, rate, alpha: (1 - alpha) * W - rate * g),
    "penalty_after_the_step": descended(
        lambda W, g, rate, alpha: (1 - rate * alpha) * (W - rate * g)
    ),
    "the_sign_of_the_weights": descended(
        lambda W, g, rate, alpha: W - rate * (g + alpha * np.sign(W))
    ),
    "penalised_biases": descended(biases=lambda b, g, rate, alpha: b - rate * (g + alpha * b)),
    "biases_forgotten": descended(biases=lambda b, g, rate, alpha: b),
    "one_step": descended(steps=lambda all_: all_[:1]),
    "last_step_forgotten": descended(steps=lambda all_: all_[:-1]),
    "three_steps": descended(steps=lambda all_: all_[:3]),
    "rate_forgotten": descended(lambda W, g, rate, alpha: W - (g + alpha * W)),
    "scaled_gradient": descended(lambda W, g, rate, alpha: W - rate * (1 + alpha) * g),
    "backwards": descended(steps=lambda all_: all_[::-1]),
}.items():
    answer.__name__ = name
    taking(wrong("backpropagation-descent"))(answer)


@taking(wrong("backpropagation-descent"))
def from_the_start_each_time(W, b, gradients, rate, alpha):
    start, W, b = np.array(W), np.array(W), np.array(b)
    for gradient in gradients:
        W = W - rate * (np.array(gradient["W"]) + alpha * start)
        b = b - rate * np.array(gradient["b"])
    return {"W": W, "b": b}


@taking(wrong("backpropagation-loss"))
def the_first_three_classes(logits, labels):
    return shifted(logits=np.array(logits)[:, :3], labels=np.minimum(labels, 2))


def cut(arrays, **places):
    """Return the arrays with zeros behind some places."""
    arrays = {name: np.array(array, dtype=float) for name, array in arrays.items()}
    for name, place in places.items():
        arrays[name][place] = 0
    return arrays


@taking(wrong("backpropagation-gradient"))
def of_the_first_three_inputs(**given):
    return cut(by_the_librarys_hand(**given), W1=np.s_[3:])


@taking(wrong("backpropagation-gradient"))
def of_the_first_three_classes(**given):
    return cut(by_the_librarys_hand(**given), W2=np.s_[:, 3:], b2=np.s_[3:])


@taking(wrong("backpropagation-gradient"))
def a_penalty_of_a_half(alpha, **given):
    return by_the_librarys_hand(alpha=0.5 if alpha else 0.0, **given)


@taking(wrong("backpropagation-descent"))
def two_inputs_and_two_units(W, b, gradients, rate, alpha):
    W, b = np.array(W), np.array(b)
    for g in gradients:
        for i in range(2):
            b[i] -= rate * g["b"][i]
            for j in range(2):
                W[i][j] -= rate * (g["W"][i][j] + alpha * W[i][j])
    return {"W": W, "b": b}
