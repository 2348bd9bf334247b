enum LumaSandboxSkeleton {}
