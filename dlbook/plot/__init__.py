"""Every figure that the book draws more than once, in one style.

Takes arrays and graphs, imports no other subpackage. Needs ``pip install "dlbook[plot]"``.
"""

from dlbook.extras import need

with need("plot"):
    from dlbook.plot.computations import (
        Operation,
        Trace,
        draw_computation,
        step_backward,
        step_forward,
    )
    from dlbook.plot.curves import History, learning_curves
    from dlbook.plot.graphs import EdgeMark, GraphDrawing, NodeMark, draw_graph
    from dlbook.plot.images import confusion, digits, reliability, weights
    from dlbook.plot.level_sets import gradients, level_sets
    from dlbook.plot.slider import Slider, slider
    from dlbook.plot.stepper import Frame, Question, Stepper, choice, stepper
    from dlbook.plot.style import CYCLE, PALETTE, WIDTH, figure, use_style

__all__ = [
    "CYCLE",
    "PALETTE",
    "WIDTH",
    "EdgeMark",
    "Frame",
    "GraphDrawing",
    "History",
    "NodeMark",
    "Operation",
    "Question",
    "Slider",
    "Stepper",
    "Trace",
    "choice",
    "confusion",
    "digits",
    "draw_computation",
    "draw_graph",
    "figure",
    "gradients",
    "learning_curves",
    "level_sets",
    "reliability",
    "slider",
    "step_backward",
    "step_forward",
    "stepper",
    "use_style",
    "weights",
]
