"""CLIP held to its definition, then trained on scenes and asked about what it never saw."""

import math
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn

from skills_lab.frame.run import Run
from skills_lab.multimodal.clip import independent, pictures, reference, scenes
from skills_lab.multimodal.clip.controls import BagOfWords, Transformer
from skills_lab.training.ddp.ranks import in_threads

CONTROLS: dict[str, type[nn.Module]] = {"bag of words": BagOfWords, "transformer": Transformer}


def run(run: Run) -> None:
    """State the claims about truth, train, then ask in words and pictures never seen."""
    threads = torch.get_num_threads()
    if run.device.type == "cpu":
        torch.set_num_threads(1)  # at this size a second thread gains little, and waits busily
    try:
        _loss(run)
        _sharded(run)
        world = scenes.make_world(run.seed, run.budget["colours"], run.device)
        controls = [str(one) for one in run.budget["controls"]]
        sweep = [int(one) for one in run.budget["sweep"]]
        steps = run.budget["steps"]
        total = steps * (1 + len(controls))
        model = _make(run)
        _chance(run, world, model)
        _train(run, world, model, "loss", partial(_progress, run, 0, total, "training"))
        scale = float(model.temperature().detach())
        run.claim(
            "temperature",
            "The scale is learned, and stays within its clamp",
            scale,
            "≤ 100, and not where it began",
            scale <= 100.001 and abs(scale * reference.FIRST_TEMPERATURE - 1) > 0.01,
        )
        _zero_shot(run, world, model)
        _order(run, world, model, controls, total)
        _retrieval(run, world, model)
        _sweep(run, world, sweep)
        run.progress(total, total)
    finally:
        torch.set_num_threads(threads)


# --- truth ---------------------------------------------------------------------------------------


def _loss(run: Run) -> None:
    images, texts = (torch.randn(24, 16, dtype=torch.float64, requires_grad=True) for _ in "it")
    scale = torch.tensor(20.0, dtype=torch.float64, requires_grad=True)
    loss = reference.contrastive_loss(images, texts, scale)
    loss.backward()
    ours = [loss, images.grad, texts.grad, scale.grad]
    expected = independent.loss_and_gradients(
        images.detach().numpy(), texts.detach().numpy(), scale.item()
    )
    apart = max(
        float(np.abs(one.detach().numpy() - other).max())
        for one, other in zip(ours, expected, strict=True)
        if one is not None
    )
    run.claim(
        "loss",
        "Loss and gradients equal an implementation from the definition in NumPy, float64",
        apart,
        "≤ 1e-12",
        apart <= 1e-12 and all(one is not None for one in ours),
    )
    same = torch.ones(100, 8, dtype=torch.float64)
    apart = abs(float(reference.contrastive_loss(same, same, scale.detach())) - math.log(100))
    run.claim(
        "chance",
        "Where all embeddings are alike the loss is ln N",
        apart,
        "≤ 1e-12 from ln 100",
        apart <= 1e-12,
    )


def _sharded(run: Run) -> None:
    ranks, each = int(run.budget["ranks"]), 6
    images, texts = (torch.randn(ranks * each, 16, dtype=torch.float64) for _ in "it")
    scale = torch.tensor(20.0, dtype=torch.float64)
    whole = [one.clone().requires_grad_() for one in (images, texts, scale)]
    loss = reference.contrastive_loss(*whole)
    loss.backward()

    def work(group: dist.ProcessGroup) -> list[Tensor]:
        own = slice(group.rank() * each, (group.rank() + 1) * each)
        given = [images[own].clone(), texts[own].clone(), scale.clone()]
        image, text, factor = (one.requires_grad_() for one in given)
        share = reference.sharded_loss(image, text, factor, group)
        share.backward()
        return [share.detach(), *(_grad(one) for one in (image, text, factor))]

    shares, by_image, by_text, by_scale = zip(*in_threads(ranks, work), strict=True)
    # DDP takes the mean over ranks; a rank's own rows have their gradient on that rank alone.
    pairs = [
        (torch.stack(shares).mean(), loss.detach()),
        (torch.cat(by_image) / ranks, _grad(whole[0])),
        (torch.cat(by_text) / ranks, _grad(whole[1])),
        (torch.stack(by_scale).mean(), _grad(whole[2])),
    ]
    apart = max(float((one - other).abs().max()) for one, other in pairs)
    run.claim(
        "sharded",
        f"The loss over {ranks} ranks equals the whole batch's, with every gradient, float64",
        apart,
        "≤ 1e-12",
        apart <= 1e-12,
    )


def _grad(tensor: Tensor) -> Tensor:
    return torch.full_like(tensor, torch.nan) if tensor.grad is None else tensor.grad


# --- training ------------------------------------------------------------------------------------


def _make(run: Run, text: type[nn.Module] | None = None) -> Any:
    """Return a new model, from the run's seed, with another text tower if one is given."""
    torch.manual_seed(run.seed)
    vocabulary = 1 + len(scenes.VOCABULARY)
    model = reference.Clip(vocabulary, run.budget["embedding"], run.budget["width"])
    if text:
        model.text = text(  # type: ignore[assignment]
            vocabulary, run.budget["embedding"], run.budget["width"]
        )
    return model.to(run.device)


def _chance(run: Run, world: scenes.World, model: Any) -> None:
    n = run.budget["batch"]
    with torch.no_grad():
        loss = float(model(*world.draw(n, torch.Generator().manual_seed(run.seed))))
    run.metric("loss before training / ln N", 0, loss / math.log(n))
    run.claim(
        "untrained",
        f"Before training the loss is about that of chance, ln {n} = {math.log(n):.3f}",
        loss,
        "within 15%",
        abs(loss / math.log(n) - 1) <= 0.15,
    )


def _train(
    run: Run,
    world: scenes.World,
    model: Any,
    name: str,
    tell: Callable[[int], None],
    batch: int | None = None,
    steps: int | None = None,
) -> None:
    batch, steps = batch or run.budget["batch"], steps or run.budget["steps"]
    source = torch.Generator().manual_seed(run.seed)
    rate = run.budget["rate"]
    optimiser = torch.optim.AdamW(
        [
            {"params": [*model.image.parameters(), *model.text.parameters()]},
            {"params": model.temperature.parameters(), "weight_decay": 0.0},
        ],
        rate,
        weight_decay=1e-3,
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rate, total_steps=steps, pct_start=0.1
    )
    model.train()
    for step in range(steps):
        loss = model(*world.draw(batch, source))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        model.temperature.keep_in_range()
        if step % max(1, steps // 40) == 0:
            run.metric(name, step, loss.item())
            if name == "loss":
                run.metric("scale of the logits", step, float(model.temperature().detach()))
            tell(step)
    model.eval()


# --- what it never saw ---------------------------------------------------------------------------


@torch.no_grad()
def _captions(world: scenes.World, model: Any) -> Tensor:
    """Return the embeddings of all scenes in the held-out templates, (T, S, E)."""
    return torch.stack([model.text(told) for told in world.told_held_out])


@torch.no_grad()
def _asked(run: Run, world: scenes.World, model: Any, rows: Tensor) -> tuple[Tensor, Tensor]:
    """Return embeddings of held-out pictures of scenes drawn from rows, and which they show."""
    source = torch.Generator().manual_seed(run.seed + 1)
    chosen = torch.randint(len(rows), (run.budget["questions"],), generator=source)
    shown = rows[chosen.to(rows.device)]
    painted = world.paint(shown, held_out=True, source=source)
    return model.image(painted), shown


def _zero_shot(run: Run, world: scenes.World, model: Any) -> None:
    told = _captions(world, model)
    ways = len(world.scenes)
    table = ["scenes,template,accuracy"]
    for name, rows, bound in (("seen", world.seen, 0.85), ("unseen", world.unseen, 0.75)):
        images, shown = _asked(run, world, model, rows)
        for line, one in zip(scenes.HELD_OUT, told, strict=True):
            single = reference.classify(images, reference.zero_shot_weights(one.unsqueeze(0)))
            table.append(f'{name},"{line}",{float((single == shown).float().mean()):.4f}')
        found = reference.classify(images, reference.zero_shot_weights(told))
        right = float((found == shown).float().mean())
        table.append(f"{name},all of them together,{right:.4f}")
        digits = world.scenes[found][:, [1, 3]] == world.scenes[shown][:, [1, 3]]
        run.metric(f"digits told rightly, {name} scenes", 0, float(digits.float().mean()))
        if run.scale == "tiny":
            continue
        run.claim(
            f"zero-shot-{name}",
            f"Zero-shot, held-out pictures of {name} pairs of digits, held-out templates",
            right,
            f"≥ {bound} among {ways} captions (chance {1 / ways:.4f})",
            right >= bound,
        )
    run.artifact("zero_shot.csv", "\n".join(table) + "\n")


def _order(run: Run, world: scenes.World, model: Any, controls: list[str], total: int) -> None:
    """Which of a caption and its mirror image is right? A bag of words cannot tell."""
    right = {"gru": _mirror(run, world, model)}
    for number, name in enumerate(controls, 1):
        control = _make(run, CONTROLS[name])
        tell = partial(_progress, run, number * run.budget["steps"], total, name)
        _train(run, world, control, f"loss, {name}", tell)
        right[name] = _mirror(run, world, control)
        images, shown = _asked(run, world, control, world.unseen)
        weights = reference.zero_shot_weights(_captions(world, control))
        found = float((reference.classify(images, weights) == shown).float().mean())
        run.metric(f"zero-shot of the unseen, {name}", 0, found)
    for name, share in right.items():
        run.metric(f"told from its mirror image, {name}", 0, share)
    if run.scale == "tiny":
        return
    run.claim(
        "order",
        "A caption is told from its mirror image, by the order of its words",
        right["gru"],
        "≥ 0.85 (chance 0.5)",
        right["gru"] >= 0.85,
    )
    if "bag of words" in right:
        run.claim(
            "bag",
            "Trained alike, a tower that drops the order of words cannot",
            right["bag of words"],
            "0.5 ± 0.05",
            abs(right["bag of words"] - 0.5) <= 0.05,
        )


def _progress(run: Run, done: int, total: int, note: str, step: int) -> None:
    run.progress(done + step, total, note)


def _mirror(run: Run, world: scenes.World, model: Any) -> float:
    """Return how often a picture is nearer to its caption than to the mirrored; ties count half."""
    told = F.normalize(_captions(world, model), dim=2)
    images, shown = _asked(run, world, model, world.unseen)
    images = F.normalize(images, dim=1)
    n = int(run.budget["colours"])
    a, b, c, d = scenes.mirrored(world.scenes[shown]).unbind(1)
    other = ((a * 10 + b) * n + c) * 10 + d  # the row of a scene: cartesian_prod's order
    ahead = (images * told[:, shown]).sum(2) - (images * told[:, other]).sum(2)  # (T, N)
    ahead = torch.where(ahead.abs() < 1e-5, 0.0, ahead)
    return float((torch.sign(ahead) / 2 + 0.5).mean())


def _retrieval(run: Run, world: scenes.World, model: Any) -> None:
    """A gallery with one picture of every unseen scene, searched in both directions."""
    rows = world.unseen
    source = torch.Generator().manual_seed(run.seed + 2)
    painted = world.paint(rows, held_out=True, source=source)
    line = torch.randint(len(scenes.HELD_OUT), (len(rows),), generator=source).to(rows.device)
    with torch.no_grad():
        images, texts = model.image(painted), model.text(world.told_held_out[line, rows])
    for k in (1, 5):
        by_image, by_text = reference.recall_at(images, texts, k)
        run.metric("recall, captions by picture", k, by_image)
        run.metric("recall, pictures by caption", k, by_text)
        if k == 1 and run.scale != "tiny":
            for id, what, share in (
                ("captions", "Pictures find their captions", by_image),
                ("pictures", "Captions find their pictures", by_text),
            ):
                run.claim(
                    id,
                    f"{what}: recall@1 among {len(rows)} unseen scenes",
                    share,
                    f"≥ 0.6 (chance {1 / len(rows):.4f})",
                    share >= 0.6,
                )
    words = [
        scenes.caption(scenes.HELD_OUT[int(t)], world.scenes[row].tolist())
        for t, row in zip(line, rows, strict=True)
    ]
    similar = (F.normalize(images, dim=1) @ F.normalize(texts, dim=1).T).cpu()
    _show(run, (painted.cpu() * 255).round().to(torch.uint8), words, similar)


def _show(run: Run, painted: Tensor, words: list[str], similar: Tensor, queries: int = 6) -> None:
    """Keep what some captions and pictures find, as a PNG and as text for a terminal."""
    images = painted.permute(0, 2, 3, 1).numpy()  # (N, 8, 16, 3)
    source = torch.Generator().manual_seed(run.seed + 3)
    asked = torch.randperm(len(words), generator=source)[:queries].tolist()
    rows, lines = [], ["Pictures found by a caption, nearest first", ""]
    for query in asked:
        found = similar[:, query].topk(4).indices.tolist()
        marks = [pictures.GREEN if one == query else pictures.RED for one in found]
        rows.append([(images[query], pictures.GREY)])
        rows[-1] += [(images[one], colour) for one, colour in zip(found, marks, strict=True)]
        place = found.index(query) + 1 if query in found else None
        lines += [f"“{words[query]}”  its own picture: {place or 'not among these'}"]
        lines += [pictures.half_blocks([images[one] for one in found]), ""]
    lines += ["Captions found by a picture, nearest first", ""]
    for query in asked:
        lines += [pictures.half_blocks([images[query]])]
        for one in similar[query].topk(3).indices.tolist():
            lines.append(f"{'→' if one == query else ' '} {similar[query, one]:.2f}  {words[one]}")
        lines.append("")
    run.artifact("retrieval.png", pictures.png(pictures.sheet(rows)))
    run.artifact("retrieval.txt", "\n".join(lines))


# --- batch size ----------------------------------------------------------------------------------


def _sweep(run: Run, world: scenes.World, sizes: list[int]) -> None:
    """The same number of pairs in batches of several sizes: what it costs, what it brings."""
    text = "Batch sizes compared at the same number of pairs"
    if not sizes:
        return
    if run.device.type != "cuda":
        run.skip("sweep", text, "it is sized for a GPU, and there is none")
        return
    rows = ["batch,steps,zero_shot_unseen,pairs_per_second,peak_bytes"]
    reached = {}
    for size in sizes:
        steps = max(50, run.budget["sweep_pairs"] // size)
        model = _make(run)
        _train(run, world, model, "warm-up", lambda step: None, batch=size, steps=5)
        model = _make(run)
        torch.cuda.reset_peak_memory_stats(run.device)
        torch.cuda.synchronize(run.device)
        started = time.perf_counter()
        _train(run, world, model, f"loss, batch {size}", lambda step: None, size, steps)
        torch.cuda.synchronize(run.device)
        speed = size * steps / (time.perf_counter() - started)
        peak = torch.cuda.max_memory_allocated(run.device)
        images, shown = _asked(run, world, model, world.unseen)
        weights = reference.zero_shot_weights(_captions(world, model))
        reached[size] = float((reference.classify(images, weights) == shown).float().mean())
        run.metric("zero-shot of the unseen, by batch", size, reached[size])
        run.metric("pairs a second, by batch", size, speed)
        run.metric("peak memory, by batch", size, peak, "bytes")
        rows.append(f"{size},{steps},{reached[size]:.4f},{speed:.0f},{peak}")
    run.artifact("batch_sizes.csv", "\n".join(rows) + "\n")
    best = max(reached.values())
    run.claim("sweep", f"{text}: the best on unseen scenes", best, "≥ 0.75", best >= 0.75)
