using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Postgres;
using Outbox.Storage;

namespace Outbox.EntityFrameworkCore.Tests;

/// <summary>The code of docs/entity-framework.md, compiled.</summary>
internal static class DocumentedCodeOfEntityFramework
{
    public static void Register(WebApplicationBuilder builder, string connectionString)
    {
        builder.Services.AddDbContext<CallsDb>(options => options.UseNpgsql(connectionString, postgres => postgres.EnableRetryOnFailure()));
        builder.Services.AddWebhookOutbox().UsePostgres(connectionString).WithDbContext<CallsDb>();
    }

    public static void RegisterWithMigrations(WebApplicationBuilder builder, string connectionString)
    {
        builder.Services.AddWebhookOutbox()
            .UsePostgres(connectionString, options => options.SchemaMode = SchemaMode.ValidateOnly)
            .WithDbContext<CallsDb>();
    }

    public static async Task SaveAsync(CallsDb db)
    {
        var call = db.Calls.Add(new Call { Number = "+16473705600" }).Entity;
        db.AddWebhook(call, saved => new WebhookEvent("call.started", saved) { Subject = $"{saved.Id}", Scopes = [WebhookScope.Number(saved.Number)] });
        await db.SaveChangesAsync(); // both, or neither; the POST follows within milliseconds
    }

    private sealed class Model : DbContext
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.Entity<Call>();
            modelBuilder.AddWebhookOutbox();
        }
    }

    private sealed class AddOutbox : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(new PostgresStoreOptions().SchemaScript);
    }
}
