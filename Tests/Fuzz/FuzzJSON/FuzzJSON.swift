// Invariant: a text is accepted by the parser and the checker alike and then survives writing and parsing with numbers
// and texts kept exactly, or it is refused at the first octet with which no valid text could begin.

import TestKit

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    if let problem = JSONInvariant.problem(with: Array(UnsafeBufferPointer(start: start, count: count))) {
        fatalError(problem)
    }
    return 0
}
