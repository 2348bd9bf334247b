// Invariant: a table is read as what its octets say, the same however they are cut, or refused with the line where they
// say nothing; no character is replaced, and what was read survives writing and reading.

import TestKit

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    if let problem = TableInvariant.problem(with: Array(UnsafeBufferPointer(start: start, count: count))) {
        fatalError(problem)
    }
    return 0
}
