using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Outbox.AspNetCore.Answers;

namespace Outbox.AspNetCore.Security;

/// <summary>What one caller may see and do in one mapping.</summary>
/// <param name="User">The caller's name, or null.</param>
/// <param name="Tenant">The one tenant whose rows are shown, or null: all.</param>
/// <param name="CanOperate">Whether the caller may change things.</param>
/// <param name="SeesPayloads">Whether payloads and answers are shown.</param>
/// <param name="SeesUrlPaths">Whether URLs are shown whole.</param>
internal sealed record Access(string? User, string? Tenant, bool CanOperate, bool SeesPayloads, bool SeesUrlPaths)
{
    /// <summary>The caller's access, which the filter before each route has found out.</summary>
    public static Access Of(HttpContext context) => context.Features.GetRequiredFeature<Access>();

    /// <summary>A URL as the caller may see it: whole, or the host alone.</summary>
    public string Show(string url) =>
        SeesUrlPaths ? url : Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? $"{parsed.GetLeftPart(UriPartial.Authority)}/…" : "…";

    /// <summary>Whether rows of an endpoint's owner are shown to the caller.</summary>
    public bool Sees(EndpointInfo endpoint) => Tenant is null || string.Equals(endpoint.Tenant, Tenant, StringComparison.Ordinal);

    /// <exception cref="ProblemException">The caller may not look, or belongs to no tenant.</exception>
    public static async Task<Access> FindAsync(HttpContext context, WebhookManagementOptions options)
    {
        if (options.ReaderPolicy is { } reader && !await MeetsAsync(context, reader))
        {
            throw new ProblemException(Problem.Forbidden("You may not look at this outbox."));
        }

        var tenant = options.Tenant?.Invoke(context);
        if (options.Tenant is not null && string.IsNullOrEmpty(tenant))
        {
            throw new ProblemException(Problem.Forbidden("This page shows one tenant's webhooks, and you belong to no tenant."));
        }

        var canOperate = !options.ReadOnly && (options.OperatorPolicy is not { } operators || await MeetsAsync(context, operators));
        return new Access(
            context.User.Identity?.Name,
            tenant,
            canOperate,
            SeesPayloads: options.PayloadPolicy is not { } payloads || await MeetsAsync(context, payloads),
            SeesUrlPaths: options.UrlPathPolicy is { } paths ? await MeetsAsync(context, paths) : canOperate);
    }

    private static async Task<bool> MeetsAsync(HttpContext context, string policy)
    {
        var authorization = context.RequestServices.GetRequiredService<IAuthorizationService>();
        return (await authorization.AuthorizeAsync(context.User, resource: null, policy)).Succeeded;
    }
}
