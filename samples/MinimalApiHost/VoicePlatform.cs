using System.Text.Json;
using System.Text.Json.Serialization;
using MinimalApiHost.ApiKeys;
using MinimalApiHost.Calls;
using MinimalApiHost.Dashboard;
using MinimalApiHost.Requests;
using MinimalApiHost.Webhooks;
using Outbox;

namespace MinimalApiHost;

/// <summary>The platform, put together: what it is made of, and the routes it answers.</summary>
internal static class VoicePlatform
{
    public static void AddVoicePlatform(this WebApplicationBuilder builder)
    {
        builder.Logging.ExplainedOnce();
        var platform = PlatformProfile.From(builder.Configuration);
        builder.Services.AddSingleton(platform);
        builder.Services.AddSingleton<Audience>();
        builder.Services.AddWebhookOutbox(outbox => WebhookSettings.Apply(builder.Configuration, platform, outbox))
            .UseConfiguredStorage(builder)
            .ProtectConfiguredSecrets(builder);

        builder.Services.AddApiKeys(builder.Configuration);
        builder.Services.AddDashboard();
        builder.Services.AddProblemAnswers();
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        });
    }

    public static void MapVoicePlatform(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseAuthentication();
        app.UseAuthorization();

        app.MapRouteIndex();
        app.MapDashboard();
        app.MapVoiceWebhooks();
        app.MapWebhookEndpoints();
        app.MapCalls();
        app.MapEvents();
        app.MapDeliveries();
    }
}
