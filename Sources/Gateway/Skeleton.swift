enum GatewaySkeleton {}
