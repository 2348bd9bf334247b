enum LumaClientSkeleton {}
