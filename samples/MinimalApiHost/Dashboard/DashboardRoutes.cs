using MinimalApiHost.ApiKeys;

namespace MinimalApiHost.Dashboard;

/// <summary>The outbox's management, twice: for the platform's own people, and for customers, who see their own rows only.</summary>
internal static class DashboardRoutes
{
    private const string Staff = "dashboard:staff";
    private const string Customers = "dashboard:customers";
    private const string Operators = "dashboard:operators";

    public static void AddDashboard(this IServiceCollection services)
    {
        services.AddDashboardLogin();
        services.AddAuthorizationBuilder()
            .AddPolicy(Operators, policy => policy.RequireClaim("scope", ApiKey.MayCall))
            .AddPolicy(Staff, policy => policy
                .AddAuthenticationSchemes(DashboardLogin.Scheme)
                .RequireClaim("scope")
                .RequireAssertion(context => context.User.Tenant() is null))
            .AddPolicy(Customers, policy => policy
                .AddAuthenticationSchemes(DashboardLogin.Scheme)
                .RequireClaim("tenant"));
    }

    public static void MapDashboard(this WebApplication app)
    {
        app.MapDashboardLogin();
        app.MapWebhookOutbox("/outbox", options => options.OperatorPolicy = Operators).RequireAuthorization(Staff);
        app.MapWebhookOutbox("/portal", options =>
        {
            options.OperatorPolicy = Operators;
            options.Tenant = http => http.User.Tenant();
        }).RequireAuthorization(Customers);
    }
}
