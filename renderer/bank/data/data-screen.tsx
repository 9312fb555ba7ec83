/** Data: summary, transactions, the import wizard and an import's result, each at its own address. */
import { type ReactNode } from 'react';
import { type Route } from '../route.ts';
import { ImportResult } from './import-result.tsx';
import { ImportWizard } from './import-wizard.tsx';
import { DataSummaryPage } from './summary.tsx';
import { TransactionsPage } from './transactions.tsx';

export type DataRoute = Extract<Route, { screen: 'data' }>;

export function DataScreen({ route }: { readonly route: DataRoute }): ReactNode {
  switch (route.view) {
    case 'summary':
      return <DataSummaryPage />;
    case 'transactions':
      return <TransactionsPage />;
    case 'import':
      return <ImportWizard />;
    case 'import-result':
      return <ImportResult importId={route.importId} />;
  }
}
