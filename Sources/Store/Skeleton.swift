enum StoreSkeleton {}
