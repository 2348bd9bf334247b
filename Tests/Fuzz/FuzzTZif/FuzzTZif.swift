// Invariant: any bytes are refused as a time zone file or give rules that answer for every instant and every local
// time, and whose answers for the two agree.

import TestKit

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    if let problem = TZifInvariant.problem(with: Array(UnsafeBufferPointer(start: start, count: count))) {
        fatalError(problem)
    }
    return 0
}
