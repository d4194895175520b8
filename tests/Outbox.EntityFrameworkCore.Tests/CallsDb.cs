using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Outbox.Postgres;
using Outbox.Sqlite;

namespace Outbox.EntityFrameworkCore.Tests;

/// <summary>A call of the host's own.</summary>
internal sealed class Call
{
    public int Id { get; set; }

    public required string Number { get; set; }
}

/// <summary>The host's own context.</summary>
internal class CallsDb : DbContext
{
    public CallsDb(DbContextOptions<CallsDb> options)
        : base(options)
    {
    }

    protected CallsDb(DbContextOptions options)
        : base(options)
    {
    }

    public DbSet<Call> Calls => Set<Call>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Call>().ToTable("calls").HasIndex(call => call.Number).IsUnique();
        modelBuilder.AddWebhookOutbox();
    }
}

/// <summary>Another context on the same tables.</summary>
internal sealed class BillingDb(DbContextOptions<BillingDb> options) : CallsDb(options);

/// <summary>A context whose model lacks the outbox.</summary>
internal sealed class ForgetfulDb(DbContextOptions<ForgetfulDb> options) : DbContext(options);

/// <summary>The migration that gives the outbox's tables to Entity Framework.</summary>
[DbContext(typeof(BillingDb))]
[Migration("20260101000000_Outbox")]
internal sealed class OutboxMigration : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "calls",
            table => new { Id = table.Column<int>().Annotation("Sqlite:Autoincrement", true).Annotation("Npgsql:ValueGenerationStrategy", Npgsql.EntityFrameworkCore.PostgreSQL.Metadata.NpgsqlValueGenerationStrategy.IdentityByDefaultColumn), Number = table.Column<string>() },
            constraints: table => table.PrimaryKey("pk_calls", call => call.Id));
        migrationBuilder.Sql(ActiveProvider?.Contains("Sqlite", StringComparison.Ordinal) is true ? SqliteStoreOptions.SchemaScript : new PostgresStoreOptions().SchemaScript);
    }
}
