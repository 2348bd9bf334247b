enum CryptoSkeleton {}
