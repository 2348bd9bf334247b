// Invariant: every valid text is accepted within the limits, every invalid one is refused at the first octet that makes it
// so, numbers and strings are kept exactly; what was accepted survives writing and parsing.

import TestKit

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    if let problem = JSONInvariant.problem(with: Array(UnsafeBufferPointer(start: start, count: count))) {
        fatalError(problem)
    }
    return 0
}
