"""The numbers behind Optscope: objectives, optimizers, networks and derivatives, in NumPy."""
