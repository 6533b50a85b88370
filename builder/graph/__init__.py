"""The item graph and its largest balanced subset: pure functions, each exact for one kind of problem."""
