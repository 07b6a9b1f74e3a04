"""Writes a llama-shaped model of half a megabyte with random weights: nonsense comes out of it, but a real inference
server loads it, streams it and counts its tokens. Usage: make-tiny-gguf.py OUT.gguf"""

import sys

import gguf
import numpy

WIDTH, HIDDEN, LAYERS, HEADS, CONTEXT = 64, 128, 2, 4, 16384
SPECIAL = [b"<unk>", b"<s>", b"</s>"]
BYTES = [f"<0x{value:02X}>".encode() for value in range(256)]
PRINTABLE = [("\u2581" if char == " " else char).encode() for char in map(chr, range(32, 127))]
# What each token is, in the numbering of llama.cpp's token types: unknown 2, control 3, byte 6, normal 1.
VOCABULARY = [*SPECIAL, *BYTES, *PRINTABLE]
TYPES = [2, 3, 3] + [6] * len(BYTES) + [1] * len(PRINTABLE)

random = numpy.random.default_rng(20261122)


def weights(*shape):
    return (random.standard_normal(shape) * 0.3).astype(numpy.float32)


def write_header(writer):
    writer.add_name("switchyard-tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_file_type(0)
    writer.add_vocab_size(len(VOCABULARY))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(VOCABULARY)
    writer.add_token_scores([0.0] * len(VOCABULARY))
    writer.add_token_types(TYPES)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)


def write_tensors(writer):
    ones = numpy.ones(WIDTH, numpy.float32)
    output = weights(len(VOCABULARY), WIDTH)
    # Printable characters win, so that the stream is valid UTF-8 and does not end by itself.
    output[: len(SPECIAL) + len(BYTES)] *= 0.02
    writer.add_tensor("token_embd.weight", weights(len(VOCABULARY), WIDTH))
    writer.add_tensor("output_norm.weight", ones)
    writer.add_tensor("output.weight", output)
    for layer in range(LAYERS):
        name = f"blk.{layer}."
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"{name}{norm}.weight", ones)
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            writer.add_tensor(f"{name}{part}.weight", weights(WIDTH, WIDTH))
        for part in ("ffn_gate", "ffn_up"):
            writer.add_tensor(f"{name}{part}.weight", weights(HIDDEN, WIDTH))
        writer.add_tensor(f"{name}ffn_down.weight", weights(WIDTH, HIDDEN))


def main(path):
    writer = gguf.GGUFWriter(path, "llama")
    write_header(writer)
    write_tensors(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


main(sys.argv[1])
