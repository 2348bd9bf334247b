// Invariant: any bytes behind a head that announces chunks give the body that the chunks hold, and leave what comes after it
// to the next request, or a protocol error; the same however they are cut.

import TestKit

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    if let problem = ChunkedInvariant.problem(with: Array(UnsafeBufferPointer(start: start, count: count))) {
        fatalError(problem)
    }
    return 0
}
