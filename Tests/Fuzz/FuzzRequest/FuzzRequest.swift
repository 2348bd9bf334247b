// Invariant: any bytes give requests or a protocol error, the same however they are cut, never a crash, and never more
// memory than the limits allow.

import TestKit

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    if let problem = RequestInvariant.problem(with: Array(UnsafeBufferPointer(start: start, count: count))) {
        fatalError(problem)
    }
    return 0
}
