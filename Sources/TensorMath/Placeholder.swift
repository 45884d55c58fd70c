// TensorMath
