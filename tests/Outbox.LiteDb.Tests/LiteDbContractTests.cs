using Outbox.ProviderContract;

namespace Outbox.LiteDb.Tests;

public sealed class LiteDbEnqueueTests : EnqueueContract<LiteDbFixture>;

public sealed class LiteDbFanOutTests : FanOutContract<LiteDbFixture>;

public sealed class LiteDbIdempotencyTests : IdempotencyContract<LiteDbFixture>;

public sealed class LiteDbHoldTests : HoldContract<LiteDbFixture>;

public sealed class LiteDbClaimTests : ClaimContract<LiteDbFixture>;

public sealed class LiteDbFairnessTests : FairnessContract<LiteDbFixture>;

public sealed class LiteDbLeaseTests : LeaseContract<LiteDbFixture>;

public sealed class LiteDbFencingTests : FencingContract<LiteDbFixture>;

public sealed class LiteDbOrderingTests : OrderingContract<LiteDbFixture>;

public sealed class LiteDbOrderingPropertyTests : OrderingPropertyContract<LiteDbFixture>;

public sealed class LiteDbSettlementTests : SettlementContract<LiteDbFixture>;

public sealed class LiteDbParkingTests : ParkingContract<LiteDbFixture>;

public sealed class LiteDbReplayTests : ReplayContract<LiteDbFixture>;

public sealed class LiteDbPruneTests : PruneContract<LiteDbFixture>;

public sealed class LiteDbEraseTests : EraseContract<LiteDbFixture>;

public sealed class LiteDbEndpointTests : EndpointContract<LiteDbFixture>;

public sealed class LiteDbDeliveryQueryTests : DeliveryQueryContract<LiteDbFixture>;

public sealed class LiteDbSchemaTests : SchemaContract<LiteDbFixture>;

public sealed class LiteDbClockTests : ClockContract<LiteDbFixture>;

public sealed class LiteDbTwoDispatchersTests : TwoDispatchersContract<LiteDbFixture>;

public sealed class LiteDbBreakerTests : BreakerContract<LiteDbFixture>;

public sealed class LiteDbPaceTests : PaceContract<LiteDbFixture>;

public sealed class LiteDbTelemetryTests : TelemetryContract<LiteDbFixture>;

public sealed class LiteDbNoticeTests : NoticeContract<LiteDbFixture>;

public sealed class LiteDbInspectionTests : InspectionContract<LiteDbFixture>;

public sealed class LiteDbSuiteTests : SuiteContract<LiteDbFixture>;
