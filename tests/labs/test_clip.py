"""What CLIP's lab stands on beside its reference: the world, the pictures, a GPU."""

import struct
import zlib

import numpy as np
import pytest
import torch

from skills_lab.multimodal.clip import independent, pictures, reference, scenes


@pytest.fixture(scope="module")
def world() -> scenes.World:
    return scenes.make_world(0, 2)


def test_training_never_shows_a_held_out_pair_or_a_scene_twice(world: scenes.World) -> None:
    assert set(world.seen.tolist()) | set(world.unseen.tolist()) == set(range(400))
    told = {
        tuple(row) for row in world.told_seen[:, world.seen].reshape(-1, scenes.LONGEST).tolist()
    }
    source = torch.Generator().manual_seed(1)
    painted, captions = world.draw(len(world.seen), source)
    assert painted.shape == (320, 3, 8, 16)
    assert {tuple(row) for row in captions.tolist()} <= told
    assert len({tuple(row) for row in captions.tolist()}) == 320
    unseen = world.scenes[world.unseen]
    for side in (1, 3):
        assert unseen[:, side].unique().tolist() == list(range(10))
        assert world.scenes[world.seen][:, side].unique().tolist() == list(range(10))


def test_held_out_digits_are_not_those_of_training(world: scenes.World) -> None:
    train = {tuple(one) for one in world.train.pictures.view(-1, 64).tolist()}
    test = {tuple(one) for one in world.test.pictures.view(-1, 64).tolist()}
    assert len(train & test) <= 1  # the set holds hardly any picture twice


def test_captions_use_only_words_seen_in_training() -> None:
    for line in scenes.HELD_OUT:
        assert scenes.tokenise(scenes.caption(line, [0, 7, 1, 2]))
        assert line not in scenes.SEEN
    with pytest.raises(KeyError):
        scenes.tokenise("a mauve seven")


def test_a_png_holds_the_picture() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    data = pictures.png(picture)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        (crc,) = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
        assert crc == zlib.crc32(kind + body)
        chunks[kind] = body
        at += 12 + length
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    assert struct.unpack(">IIBBBBB", chunks[b"IHDR"]) == (7, 5, 8, 2, 0, 0, 0)
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(5, 22)
    assert (lines[:, 0] == 0).all()
    assert (lines[:, 1:].reshape(5, 7, 3) == picture).all()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_the_loss_is_the_same_on_a_gpu() -> None:
    images, texts = (torch.randn(64, 16, dtype=torch.float64, device="cuda") for _ in "it")
    scale = torch.tensor(20.0, dtype=torch.float64, device="cuda")
    loss = reference.contrastive_loss(images, texts, scale)
    expected, *_ = independent.loss_and_gradients(images.cpu().numpy(), texts.cpu().numpy(), 20.0)
    assert abs(loss.item() - expected) < 1e-12
