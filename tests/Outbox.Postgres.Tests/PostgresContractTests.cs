using Outbox.ProviderContract;

namespace Outbox.Postgres.Tests;

public sealed class PostgresEnqueueTests : EnqueueContract<PostgresFixture>;

public sealed class PostgresFanOutTests : FanOutContract<PostgresFixture>;

public sealed class PostgresIdempotencyTests : IdempotencyContract<PostgresFixture>;

public sealed class PostgresHoldTests : HoldContract<PostgresFixture>;

public sealed class PostgresClaimTests : ClaimContract<PostgresFixture>;

public sealed class PostgresFairnessTests : FairnessContract<PostgresFixture>;

public sealed class PostgresBreakerTests : BreakerContract<PostgresFixture>;

public sealed class PostgresPaceTests : PaceContract<PostgresFixture>;

public sealed class PostgresNoticeTests : NoticeContract<PostgresFixture>;

public sealed class PostgresLeaseTests : LeaseContract<PostgresFixture>;

public sealed class PostgresFencingTests : FencingContract<PostgresFixture>;

public sealed class PostgresOrderingTests : OrderingContract<PostgresFixture>;

public sealed class PostgresOrderingPropertyTests : OrderingPropertyContract<PostgresFixture>;

public sealed class PostgresSettlementTests : SettlementContract<PostgresFixture>;

public sealed class PostgresParkingTests : ParkingContract<PostgresFixture>;

public sealed class PostgresReplayTests : ReplayContract<PostgresFixture>;

public sealed class PostgresPruneTests : PruneContract<PostgresFixture>;

public sealed class PostgresEraseTests : EraseContract<PostgresFixture>;

public sealed class PostgresEndpointTests : EndpointContract<PostgresFixture>;

public sealed class PostgresDeliveryQueryTests : DeliveryQueryContract<PostgresFixture>;

public sealed class PostgresInspectionTests : InspectionContract<PostgresFixture>;

public sealed class PostgresSchemaTests : SchemaContract<PostgresFixture>;

public sealed class PostgresClockTests : ClockContract<PostgresFixture>;

public sealed class PostgresTwoDispatchersTests : TwoDispatchersContract<PostgresFixture>;

public sealed class PostgresTelemetryTests : TelemetryContract<PostgresFixture>;
