@_spi(_Unicode) import Swift

extension String {
    /// Normalization Form C (UAX #15): the same bytes for texts that are canonically equivalent, as Swift's own `==` calls them
    /// equal. The standard library has it, but not in its public interface yet.
    public var normalized: String {
        var scalars = UnicodeScalarView()
        for scalar in _nfc { scalars.append(scalar) }
        return String(scalars)
    }
}
