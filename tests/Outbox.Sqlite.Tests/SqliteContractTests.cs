using Outbox.ProviderContract;

namespace Outbox.Sqlite.Tests;

public sealed class SqliteEnqueueTests : EnqueueContract<SqliteFixture>;

public sealed class SqliteFanOutTests : FanOutContract<SqliteFixture>;

public sealed class SqliteIdempotencyTests : IdempotencyContract<SqliteFixture>;

public sealed class SqliteHoldTests : HoldContract<SqliteFixture>;

public sealed class SqliteClaimTests : ClaimContract<SqliteFixture>;

public sealed class SqliteFairnessTests : FairnessContract<SqliteFixture>;

public sealed class SqliteBreakerTests : BreakerContract<SqliteFixture>;

public sealed class SqlitePaceTests : PaceContract<SqliteFixture>;

public sealed class SqliteNoticeTests : NoticeContract<SqliteFixture>;

public sealed class SqliteLeaseTests : LeaseContract<SqliteFixture>;

public sealed class SqliteFencingTests : FencingContract<SqliteFixture>;

public sealed class SqliteOrderingTests : OrderingContract<SqliteFixture>;

public sealed class SqliteOrderingPropertyTests : OrderingPropertyContract<SqliteFixture>;

public sealed class SqliteSettlementTests : SettlementContract<SqliteFixture>;

public sealed class SqliteParkingTests : ParkingContract<SqliteFixture>;

public sealed class SqliteReplayTests : ReplayContract<SqliteFixture>;

public sealed class SqlitePruneTests : PruneContract<SqliteFixture>;

public sealed class SqliteEraseTests : EraseContract<SqliteFixture>;

public sealed class SqliteEndpointTests : EndpointContract<SqliteFixture>;

public sealed class SqliteDeliveryQueryTests : DeliveryQueryContract<SqliteFixture>;

public sealed class SqliteInspectionTests : InspectionContract<SqliteFixture>;

public sealed class SqliteSchemaTests : SchemaContract<SqliteFixture>;

public sealed class SqliteClockTests : ClockContract<SqliteFixture>;

public sealed class SqliteTwoDispatchersTests : TwoDispatchersContract<SqliteFixture>;

public sealed class SqliteSuiteTests : SuiteContract<SqliteFixture>;

public sealed class SqliteTelemetryTests : TelemetryContract<SqliteFixture>;
