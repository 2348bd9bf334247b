enum MCPSkeleton {}
