using Outbox.ProviderContract;

namespace Outbox.Testing.Tests;

public sealed class InMemoryEnqueueTests : EnqueueContract<InMemoryFixture>;

public sealed class InMemoryFanOutTests : FanOutContract<InMemoryFixture>;

public sealed class InMemoryIdempotencyTests : IdempotencyContract<InMemoryFixture>;

public sealed class InMemoryHoldTests : HoldContract<InMemoryFixture>;

public sealed class InMemoryClaimTests : ClaimContract<InMemoryFixture>;

public sealed class InMemoryFairnessTests : FairnessContract<InMemoryFixture>;

public sealed class InMemoryBreakerTests : BreakerContract<InMemoryFixture>;

public sealed class InMemoryPaceTests : PaceContract<InMemoryFixture>;

public sealed class InMemoryNoticeTests : NoticeContract<InMemoryFixture>;

public sealed class InMemoryLeaseTests : LeaseContract<InMemoryFixture>;

public sealed class InMemoryFencingTests : FencingContract<InMemoryFixture>;

public sealed class InMemoryOrderingTests : OrderingContract<InMemoryFixture>;

public sealed class InMemoryOrderingPropertyTests : OrderingPropertyContract<InMemoryFixture>;

public sealed class InMemorySettlementTests : SettlementContract<InMemoryFixture>;

public sealed class InMemoryParkingTests : ParkingContract<InMemoryFixture>;

public sealed class InMemoryReplayTests : ReplayContract<InMemoryFixture>;

public sealed class InMemoryPruneTests : PruneContract<InMemoryFixture>;

public sealed class InMemoryEraseTests : EraseContract<InMemoryFixture>;

public sealed class InMemoryEndpointTests : EndpointContract<InMemoryFixture>;

public sealed class InMemoryDeliveryQueryTests : DeliveryQueryContract<InMemoryFixture>;

public sealed class InMemoryInspectionTests : InspectionContract<InMemoryFixture>;

public sealed class InMemorySchemaTests : SchemaContract<InMemoryFixture>;

public sealed class InMemoryClockTests : ClockContract<InMemoryFixture>;

public sealed class InMemoryTwoDispatchersTests : TwoDispatchersContract<InMemoryFixture>;

public sealed class InMemorySuiteTests : SuiteContract<InMemoryFixture>;

public sealed class InMemoryTelemetryTests : TelemetryContract<InMemoryFixture>;
