"""Write torch_recurrent.npz: PyTorch 2.13's recurrent layers, forward and backward, in float64.

    python -m venv torchenv && torchenv/bin/pip install torch==2.13.0 numpy
    torchenv/bin/python tests/support/torch_recurrent.py

Six steps of gradient descent per cell on one batch: "<cell>/theta" (6, P), in the order W_input,
W_hidden, b, (b_hidden,) W_output, b_output; "<cell>/hidden" (6, T, m, H); "<cell>/loss" (6,);
"<cell>/grad" (6, P), all by torch's autograd. torch's second bias is 0 and fixed but for the GRU's
candidate. Nothing here uses optcore.
"""

from pathlib import Path

import numpy as np
import torch

STEPS, SEQUENCES, INPUTS, WIDTH, OUTPUTS, READ = 12, 5, 3, 4, 2, 3
CELLS = {
    "Tanh": (torch.nn.RNN, {"nonlinearity": "tanh"}),
    "ReLU": (torch.nn.RNN, {"nonlinearity": "relu"}),
    "LSTM": (torch.nn.LSTM, {}),
    "GRU": (torch.nn.GRU, {}),
}
torch.set_default_dtype(torch.float64)


def layers(name):
    kind, arguments = CELLS[name]
    torch.manual_seed(15)
    layer, readout = kind(INPUTS, WIDTH, **arguments), torch.nn.Linear(WIDTH, OUTPUTS)
    with torch.no_grad():
        layer.bias_hh_l0[: -WIDTH if name == "GRU" else None] = 0
    return layer, readout


def in_our_order(name, layer, readout, of):
    """The parameters, or whatever `of` takes of them, as one vector."""
    parts = [layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0]
    hidden = [of(layer.bias_hh_l0)[-WIDTH:]] if name == "GRU" else []
    whole = [of(part).ravel() for part in parts]
    return np.concatenate([*whole, *hidden, of(readout.weight).ravel(), of(readout.bias)])


def descend(name, inputs, targets, rate=0.3):
    layer, readout = layers(name)
    rows = {"theta": [], "hidden": [], "loss": [], "grad": []}
    for _ in range(6):
        for module in (layer, readout):
            module.zero_grad()
        hidden, _ = layer(inputs)
        loss = ((readout(hidden[-READ:]) - targets) ** 2).sum(-1).mean() / 2
        loss.backward()
        rows["theta"].append(in_our_order(name, layer, readout, lambda p: p.detach().numpy()))
        rows["hidden"].append(hidden.detach().numpy())
        rows["loss"].append(loss.item())
        rows["grad"].append(in_our_order(name, layer, readout, lambda p: p.grad.numpy()))
        with torch.no_grad():
            if name == "GRU":
                layer.bias_hh_l0.grad[:-WIDTH] = 0
            else:
                layer.bias_hh_l0.grad.zero_()
            for parameter in [*layer.parameters(), *readout.parameters()]:
                parameter -= rate * parameter.grad
    return {f"{name}/{key}": np.array(row) for key, row in rows.items()}


def main():
    rng = np.random.default_rng(15)
    inputs = rng.standard_normal((STEPS, SEQUENCES, INPUTS))
    targets = rng.standard_normal((READ, SEQUENCES, OUTPUTS))
    arrays = {"inputs": inputs, "targets": targets}
    for name in CELLS:
        arrays |= descend(name, torch.tensor(inputs), torch.tensor(targets))
    path = Path(__file__).with_suffix(".npz")
    np.savez_compressed(path, torch=np.array(torch.__version__), **arrays)
    print(f"{path}: {len(arrays)} arrays, {path.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main()
